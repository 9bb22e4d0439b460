"""Cases in the admin."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from cases.lifecycle import Lifecycle
from cases.models import Case, CaseTransition, KeptClaims
from partners.models import ReferralPartner
from tests.cases.admin.conftest import says
from tests.cases.claims import CLAIM
from tests.make import (
    make_case,
    make_client,
    make_link,
    make_request,
    make_submitted,
)
from tests.rows import everything
from tests.staff.conftest import errors

CASES = "/admin/cases/case/"
WHY = "The debtor has paid"


def test_a_search_within_another_looks_at_its_own_rows(db: None) -> None:
    """By the table's name it would look at the rows of the outer one, and at all of them for each."""
    found = Case.objects.filter(pk__in=Case.objects.matching("acme").values("pk"))

    assert '"U0".search' in str(found.query)
    assert not found.exists()


@pytest.mark.parametrize("term", ["inv-9", "debi", "reference", "Acme Hold", "id", "link id", "client id"])
def test_a_case_is_found_by_what_is_at_hand(olga: Browser, term: str) -> None:
    case = make_case(link=make_link(client=make_client(name="Acme Holding A/S")), creditor_reference="INV-9/2026")
    make_case(link=make_link(tenant_id="other"), debtor_name="Nobody else", collection_partner=case.collection_partner)
    terms = {"reference": case.reference.lower(), "id": case.pk, "link id": case.link_id, "client id": case.client_id}

    answer = olga.get(CASES, {"q": str(terms.get(term, term))})

    assert list(answer.context["cl"].result_list) == [case]


def test_a_list_of_cases_costs_as_many_statements_however_long(olga: Browser, partner: ReferralPartner) -> None:
    statements = []
    for number in (1, 10):
        for index in range(number):
            make_case(link=make_link(partner=partner, tenant_id=f"{number}-{index}"))
        with CaptureQueriesContext(connection) as asked:
            assert olga.get(CASES).status_code == 200
        statements.append(len(asked))

    assert statements[0] == statements[1]


def test_operations_move_a_case_for_a_reason(olga: Browser) -> None:
    case = make_case(lifecycle=Lifecycle.ACTIVE)

    answer = olga.post(f"{CASES}{case.pk}/move/Paused/", {"why": "They negotiate"}, follow=True)

    step = CaseTransition.objects.filter(case=case).latest("pk")
    assert (step.from_lifecycle, step.to_lifecycle, step.why) == ("Active", "Paused", "They negotiate")
    assert "They negotiate" in says(answer)
    assert [label for label, _ in answer.context["tools"]] == ["Move to Active", "Move to Closed", "Move to Merged"]


def test_closing_asks_how_it_ended_and_what_is_unpaid(olga: Browser) -> None:
    case = make_case(lifecycle=Lifecycle.ACTIVE, amount=Decimal(1000))
    closing = f"{CASES}{case.pk}/move/Closed/"

    empty = olga.post(closing, {"why": WHY})
    partly = olga.post(closing, {"why": WHY, "close_code": "PartiallyPaid"})
    too_much = olga.post(closing, {"why": WHY, "close_code": "PartiallyPaid", "remainder": "1000.01"})
    olga.post(closing, {"why": WHY, "close_code": "PartiallyPaid", "remainder": "250"})

    assert [list(errors(answer)) for answer in (empty, partly, too_much)] == [
        ["close_code"],
        ["remainder"],
        ["remainder"],
    ]
    case.refresh_from_db()
    assert (case.lifecycle, case.close_code, case.remainder) == ("Closed", "PartiallyPaid", Decimal(250))


def test_a_step_that_a_colleague_made_impossible_is_told(olga: Browser) -> None:
    case = make_case(lifecycle=Lifecycle.ACTIVE)
    olga.post(f"{CASES}{case.pk}/move/Merged/", {"why": "Twice"})
    before = everything()

    answer = olga.post(f"{CASES}{case.pk}/move/Paused/", {"why": "They negotiate"}, follow=True)

    assert "it stands at Merged, and cannot go to Paused from there" in says(answer)
    assert everything() == before


@pytest.mark.parametrize("to", ["Nowhere", "Closed%00", "%E2%80%AE"])
def test_a_step_that_there_is_not_is_a_404(olga: Browser, to: str) -> None:
    assert olga.get(f"{CASES}{make_case().pk}/move/{to}/").status_code == 404


@pytest.mark.parametrize("role", ["Support", "Legal", "Partner managers", "nobody"])
def test_nobody_else_moves_a_case(colleague: Callable[[str], Browser], role: str) -> None:
    case, browser = make_case(lifecycle=Lifecycle.ACTIVE), colleague(role)

    answer = browser.post(f"{CASES}{case.pk}/move/Paused/", {"why": "They negotiate"})

    assert answer.status_code == 403
    assert Case.objects.get().lifecycle == "Active"


def test_what_a_partner_sent_and_what_became_of_it_is_shown_with_its_request(
    colleague: Callable[[str], Browser],
) -> None:
    waiting = make_request(tenant_id="waits")
    KeptClaims.objects.keep(waiting, [CLAIM])
    case = make_case(creditor_reference="INV-1")
    done = make_request(client=case.client, partner=case.partner, status="Approved", decided_by_user_id=1)
    KeptClaims.objects.keep(done, [CLAIM, CLAIM])
    KeptClaims.objects.filter(request=done).update(link=case.link)
    make_submitted(case.link, case=case)
    make_submitted(case.link, position=1, error_type="NoPartnerAvailable", error_message="Nobody covers it.")
    support = colleague("Support")

    pages = [says(support.get(f"/admin/clients/linkrequest/{each.pk}/change/")) for each in (waiting, done)]

    assert "INV-1: 1,000.50 EUR waits for the client to approve." in pages[0]
    assert f"INV-1: 1,000.50 EUR became case {case.reference}." in pages[1]
    assert "INV-1: 1,000.50 EUR failed: Nobody covers it." in pages[1]
