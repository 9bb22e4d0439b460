"""The workbench of support: the queue, the page of a conflict, and what is decided there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Agreement, ConflictStatus, EmailAddress, LinkConflict, LinkRequest, ReferralPartnerClientLink
from partners.models import ReferralPartner
from tests.make import make_ambiguity, make_client, make_conflict, make_link, make_request, make_signature
from tests.onboarding.registration import JANE, onboard

QUEUE = "/admin/clients/linkconflict/"


def page_of(conflict: LinkConflict) -> str:
    return f"{QUEUE}{conflict.pk}/change/"


def decide(support: Browser, conflict: LinkConflict, decision: str, why: str = "They called") -> str:
    response = support.post(page_of(conflict), {"decision": decision, "why": why}, follow=True)
    conflict.refresh_from_db()
    return " ".join(response.content.decode().split())


def test_the_queue_has_open_ones_first_and_the_oldest_on_top(support: Browser) -> None:
    first, second, third = (make_conflict() for _ in range(3))
    decide(support, first, "keep")

    page = support.get(QUEUE).content.decode()

    assert (
        page.index(f"conflict {second.pk}<") < page.index(f"conflict {third.pk}<") < page.index(f"conflict {first.pk}<")
    )


def test_the_queue_says_how_long_each_has_waited(support: Browser) -> None:
    make_conflict(first_asked_at=timezone.now() - timedelta(days=3, hours=5))

    assert '<td class="field-age">3\xa0days</td>' in support.get(QUEUE).content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("path", [QUEUE, page_of], ids=["queue", "page"])
def test_two_hundred_conflicts_cost_as_many_statements_as_one(support: Browser, path: Any) -> None:
    conflict = make_conflict()
    url = path if isinstance(path, str) else path(conflict)
    support.get(url)
    with CaptureQueriesContext(connection) as one:
        support.get(url)
    for _ in range(199):
        make_conflict()

    with CaptureQueriesContext(connection) as many:
        support.get(url)

    assert len(many) == len(one)


@pytest.mark.slow
def test_two_hundred_matches_cost_as_many_statements_as_one(support: Browser) -> None:
    conflict = make_ambiguity()
    one = statements(support, conflict, clients=1)

    assert statements(support, conflict, clients=199) == one


def statements(support: Browser, conflict: LinkConflict, *, clients: int) -> list[int]:
    """How many the queue and the page take, with so many more clients that match, each linked and asked."""
    for _ in range(clients):
        link = make_link()
        conflict.matches.create(client=link.client)
        for address in link.client.addresses.all():
            conflict.addresses.create(client=link.client, address=address.pk)
        make_request(client=link.client)
    support.get(page_of(conflict))  # content types are looked up once
    return [_count(support, url) for url in (QUEUE, page_of(conflict))]


def _count(support: Browser, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert support.get(url).status_code == 200
    return len(queries)


def test_the_page_says_what_each_decision_would_do(support: Browser) -> None:
    conflict = make_conflict()

    page = support.get(page_of(conflict)).content.decode()

    assert "Keep: nothing changes" in page
    assert "is asked for 7 days" in page
    assert "(12.50 %) is archived" in page
    assert "Somebody may be squatting" in page


@pytest.mark.parametrize(("decision", "status"), [("keep", ConflictStatus.KEPT), ("move", ConflictStatus.MOVE_OFFERED)])
def test_support_decides(support: Browser, decision: str, status: str) -> None:
    conflict = make_conflict()

    page = decide(support, conflict, decision)

    assert conflict.status == status
    assert "Done: " in page
    assert "They called" in page


def test_a_decision_without_a_reason_is_none(support: Browser) -> None:
    conflict = make_conflict()

    page = decide(support, conflict, "keep", why="")

    assert "Every decision has a reason" in page
    assert conflict.status == ConflictStatus.OPEN


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [("keep", "move", "Kept with its partner"), ("move", "keep", "Move offered"), ("keep", "keep", "Kept with")],
)
def test_a_colleague_who_was_slower_is_told_who_decided_what(
    support: Browser, colleague: Callable[[str], Browser], first: str, second: str, stands: str
) -> None:
    conflict = make_conflict()
    decide(support, conflict, first)

    page = decide(colleague("Support"), conflict, second, why="Slower")

    told = page.partition("Nothing was done: a colleague decided it already")[2]
    assert f"({stands}" in told
    assert f"by {conflict.decided_by} on" in told
    assert conflict.reason == "They called"


def test_a_colleague_who_reopens_what_is_open_again_is_told_so(support: Browser) -> None:
    conflict = make_conflict()
    decide(support, conflict, "keep")
    decide(support, conflict, "reopen")

    page = decide(support, conflict, "reopen", why="Slower")

    assert "a colleague has reopened it already" in page


def test_a_move_of_a_client_that_has_left_meanwhile_is_said_to_be_none(support: Browser) -> None:
    conflict = make_conflict()
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now())

    page = decide(support, conflict, "move")

    assert "the client has no link to another partner any more" in page
    assert "Linked then" in page
    assert conflict.status == ConflictStatus.OPEN


def test_no_offer_is_made_under_an_id_that_stands_for_another_client(support: Browser) -> None:
    conflict = make_conflict()
    make_link(partner=conflict.partner, tenant_id=conflict.external_tenant_id)

    before = support.get(page_of(conflict)).content.decode()
    page = decide(support, conflict, "move")

    assert "has another client under tenant-1 by now" in before
    assert "Offer a move" not in before
    assert "Nothing was done: the partner has another client under this id by now." in page
    assert conflict.status == ConflictStatus.OPEN


@pytest.mark.parametrize("decision", ["refuse", "choose:1", "else"])
def test_what_does_not_fit_the_conflict_cannot_be_decided(support: Browser, decision: str) -> None:
    conflict = make_conflict()

    page = decide(support, conflict, decision)

    assert "Choose what to do" in page
    assert conflict.status == ConflictStatus.OPEN


def test_the_page_shows_the_link_that_is_there_and_what_was_asked_before(support: Browser) -> None:
    conflict = make_conflict()
    make_request(client=conflict.client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True)

    page = decide(support, conflict, "move")

    assert "<td>theirs</td>" in page
    assert "“I don’t know this company”" in page
    assert f"offered by {conflict.decided_by}" in page


def asked_for(partner: ReferralPartner, *, by: str) -> LinkConflict:
    """About a client of another partner, which has proven mallory@else.test and signed, and has this address too."""
    link = make_link(client=make_client(admin="mallory@else.test", colleagues=(by,), name="Acme A/S"), tenant_id="x")
    make_signature(link)
    EmailAddress.objects.filter(pk="mallory@else.test").update(proven_at=timezone.now())
    onboard(partner, people=(replace(JANE, email=by),), support_email=by)
    return LinkConflict.objects.get()


def test_the_page_says_first_which_address_matched_and_that_nobody_proved_it(
    support: Browser, partner: ReferralPartner, agreement: Agreement
) -> None:
    """Whoever squats on an address proves its own, and signs."""
    page = text_of(support.get(page_of(asked_for(partner, by="office@acme.test"))))

    assert "Somebody may be squatting on it" in page
    assert "office@acme.test matched: never proven (let go of it)." in page
    assert page.index("office@acme.test") < page.index("Who asks")


def test_an_address_at_a_domain_that_the_client_has_proven_is_no_squatters(
    support: Browser, partner: ReferralPartner, agreement: Agreement
) -> None:
    page = text_of(support.get(page_of(asked_for(partner, by="office@else.test"))))

    assert "squatting" not in page
    assert "office@else.test matched: never proven, but another address at its domain was." in page


def test_an_address_that_was_proven_is_said_to_be(
    support: Browser, partner: ReferralPartner, agreement: Agreement
) -> None:
    conflict = asked_for(partner, by="ib@else.test")
    EmailAddress.objects.filter(pk="ib@else.test").update(proven_at=timezone.now())

    page = text_of(support.get(page_of(conflict)))

    assert "squatting" not in page
    assert "ib@else.test matched: last proven on" in page


def test_an_address_that_the_client_does_not_have_any_more_is_said_to_be_gone(
    support: Browser, partner: ReferralPartner, agreement: Agreement
) -> None:
    conflict = asked_for(partner, by="office@acme.test")
    EmailAddress.objects.release(["office@acme.test"])

    assert "office@acme.test matched: this client does not have it any more." in text_of(support.get(page_of(conflict)))


def text_of(response: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]*>", "", response.content.decode()).split())


def test_what_matches_several_clients_is_settled_by_choosing_one(support: Browser, partner: ReferralPartner) -> None:
    make_client(admin="jane@acme.test", name="First")
    second = make_client(support_email="office@acme.test", name="Second")
    onboard(partner)
    conflict = LinkConflict.objects.get()

    decide(support, conflict, f"choose:{second.pk}")

    assert LinkRequest.objects.get().client == second


def test_a_refusal_can_be_reopened(support: Browser) -> None:
    conflict = make_conflict()
    decide(support, conflict, "keep")

    decide(support, conflict, "reopen", why="New facts")

    assert conflict.status == ConflictStatus.OPEN


@pytest.mark.parametrize("role", ["Legal", "Partner managers", "Operations"])
def test_nobody_but_support_decides(colleague: Callable[[str], Browser], role: str) -> None:
    conflict = make_conflict()

    answer = colleague(role).post(page_of(conflict), {"decision": "keep", "why": "I may"})

    conflict.refresh_from_db()
    assert answer.status_code == 403
    assert conflict.status == ConflictStatus.OPEN


def test_a_partner_that_a_client_did_not_know_may_be_let_in_again(support: Browser) -> None:
    request = make_request(status="Declined", decided_by_user_id=1, is_unknown_to_client=True)
    url = f"/admin/clients/linkrequest/{request.pk}/lift/"

    pages = [support.post(url, {"why": "A mistake"}, follow=True).content.decode() for _ in range(2)]

    request.refresh_from_db()
    assert request.lifted_at is not None
    assert "The partner may ask again." in pages[0]
    assert "There was nothing to lift" in pages[1]
