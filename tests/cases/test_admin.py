"""Cases, collection partners, coverage and rates in the admin."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from cases.lifecycle import Lifecycle
from cases.models import Case, CaseTransition, CollectionPartner, Coverage, ExchangeRate, KeptClaims
from partners.models import ReferralPartner
from tests.cases.claims import CLAIM
from tests.make import (
    make_case,
    make_client,
    make_collection_partner,
    make_coverage,
    make_link,
    make_rate,
    make_request,
    make_submitted,
)
from tests.rows import everything
from tests.staff.conftest import colleague

__all__ = ["colleague"]

CASES = "/admin/cases/case/"
COVERAGE = "/admin/cases/coverage/"
WHY = "The debtor has paid"


@pytest.fixture
def olga(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from operations, signed in."""
    return colleague("Operations")


def errors(answer: Any) -> dict[str, list[str]]:
    """What the form says is wrong."""
    stock = answer.context.get("adminform")
    return dict((stock.form if stock else answer.context["form"]).errors)


def says(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


# --- Cases ------------------------------------------------------------------------------------------


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


# --- Collection partners, coverage, rates -----------------------------------------------------------


def covering(partner: CollectionPartner, **changes: Any) -> dict[str, Any]:
    form = {"collection_partner": partner.pk, "country": "DK", "state": "", "debtor_type": "", "minimum_amount": ""}
    return {**form, "minimum_currency": "", "position": 0, "is_active": "on", "why": "They begin there", **changes}


def test_a_collection_partner_is_added_and_switched_off_for_a_reason(olga: Browser) -> None:
    form = {"name": "Inkasso Nord", "is_active": "on", "platform_share_percentage": "25", "why": "Contract signed"}
    added = olga.post("/admin/cases/collectionpartner/add/", {**form, **NO_INLINE})
    partner = CollectionPartner.objects.get()

    off = {**form, "is_active": "", "why": "Contract ended"}
    olga.post(f"/admin/cases/collectionpartner/{partner.pk}/change/", {**off, **NO_INLINE})

    partner.refresh_from_db()
    history = olga.get(f"/admin/cases/collectionpartner/{partner.pk}/history/").context["history"]
    assert added.status_code == 302
    assert not partner.is_active
    assert [happened.why for happened in history] == ["Contract ended", "Contract signed"]


NO_INLINE = {"coverage-TOTAL_FORMS": "0", "coverage-INITIAL_FORMS": "0"}


def test_a_coverage_is_added_and_routes_from_then_on(olga: Browser) -> None:
    partner = make_collection_partner()

    olga.post(
        f"{COVERAGE}add/",
        covering(partner, country="US", state="california", minimum_amount="500", minimum_currency="eur"),
    )

    coverage = Coverage.objects.get()
    assert (coverage.state, coverage.minimum_amount, coverage.minimum_currency) == ("CA", Decimal(500), "EUR")


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"position": 0}, "position", "stands there. The first free place at the end is 1."),
        ({"state": "CA", "position": 1}, "state", "Only the United States are covered by state."),
        ({"country": "US", "state": "Ontario"}, "state", "Not a US state"),
        ({"country": "US", "state": "PR"}, "state", "Choose Puerto Rico as the country."),
        ({"country": "US", "state": "AE"}, "state", "Nobody collects at addresses of the armed forces."),
        ({"position": 1, "minimum_amount": "5"}, "minimum_currency", "give both, or neither"),
        ({"position": 1, "minimum_currency": "EUR"}, "minimum_currency", "give both, or neither"),
        ({"position": 1, "minimum_amount": "0", "minimum_currency": "EUR"}, "minimum_amount", "Must be more than 0"),
        (
            {"position": 1, "minimum_amount": "5", "minimum_currency": "DEM"},
            "minimum_currency",
            "send EUR, at 1.95583 DEM",
        ),
        ({"position": 1, "why": ""}, "why", "Please say why"),
    ],
)
def test_a_coverage_that_cannot_be_is_told_in_words(
    olga: Browser, changes: dict[str, Any], field: str, told: str
) -> None:
    partner = make_coverage(country="DK").collection_partner

    answer = olga.post(f"{COVERAGE}add/", covering(partner, **changes))

    assert told in errors(answer)[field][0]
    assert Coverage.objects.count() == 1


@pytest.mark.parametrize(
    ("search", "found"), [("Holland", 1), ("nl", 1), ("The Netherlands", 1), ("Denmark", 0), ("inkasso holland", 0)]
)
def test_a_coverage_is_found_by_its_country(olga: Browser, search: str, found: int) -> None:
    make_coverage(make_collection_partner(name="Delft & Co"), country="NL")

    answer = olga.get(COVERAGE, {"q": search})

    assert answer.context["cl"].result_count == found


def test_a_rate_is_added_and_usd_is_none(olga: Browser) -> None:
    form = {"date": "2026-11-02", "usd_per_unit": "1.085", "why": "Of the central bank"}

    refused = olga.post("/admin/cases/exchangerate/add/", {**form, "currency": "usd"})
    olga.post("/admin/cases/exchangerate/add/", {**form, "currency": "eur"})

    assert "USD is what the others are compared by." in errors(refused)["currency"]
    assert ExchangeRate.objects.get().currency == "EUR"


def test_what_is_pasted_with_a_mark_that_nobody_sees_is_read_as_partners_calls_are(olga: Browser) -> None:
    partner = make_collection_partner()
    pasted = covering(partner, country="US", state="\ufeffCA", minimum_amount="500", minimum_currency="eur\u200b")

    olga.post(f"{COVERAGE}add/", pasted)

    coverage = Coverage.objects.get()
    assert (coverage.state, coverage.minimum_currency) == ("CA", "EUR")


# --- The tester -------------------------------------------------------------------------------------


def ask(browser: Browser, **changes: str) -> Any:
    form = {"country": "DK", "state": "", "debtor_type": "Company", "amount": "1000", "currency": "EUR", **changes}
    return browser.get(f"{COVERAGE}tester/", form)


def test_the_tester_says_who_collects_and_why_the_others_do_not(olga: Browser) -> None:
    make_rate("EUR", "1.08")
    make_coverage(make_collection_partner(name="Only large"), minimum_amount=5000, minimum_currency="USD")
    make_coverage(make_collection_partner(name="Only people"), debtor_type="Private")
    make_coverage(make_collection_partner(name="The one"))
    make_coverage(make_collection_partner(name="The next"))

    answer = ask(olga)

    assert answer.context["winner"].collection_partner.name == "The one"
    assert "Minimum 5,000.00 USD is 4,629.63 EUR at the rate of" in says(answer)
    assert "Covers Private only." in says(answer)
    assert "Would take it." in says(answer)


def test_the_tester_says_where_nobody_is(olga: Browser) -> None:
    assert "Nobody covers Norway yet." in says(ask(olga, country="NO"))


def test_the_tester_asks_as_a_partner_does(olga: Browser) -> None:
    wrong = [ask(olga, country="US"), ask(olga, currency="DEM"), ask(olga, amount="0"), ask(olga, country="")]

    assert [list(errors(answer)) for answer in wrong] == [["state"], ["currency"], ["amount"], ["country"]]


def test_before_anything_is_asked_the_tester_is_an_empty_form(olga: Browser) -> None:
    answer = olga.get(f"{COVERAGE}tester/")

    assert not answer.context["form"].is_bound
    assert "Nobody covers" not in says(answer)
