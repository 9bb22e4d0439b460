"""The workbench of support: the queue, the page of a conflict, and what is decided there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import ConflictStatus, LinkConflict, LinkRequest
from partners.models import ReferralPartner
from tests.make import make_client, make_link, make_partner, make_request
from tests.onboarding.test_onboard import onboard

QUEUE = "/admin/clients/linkconflict/"


@pytest.fixture
def support(colleague: Callable[[str], Browser]) -> Browser:
    return colleague("Support")


def make_conflict(**facts: Any) -> LinkConflict:
    client = make_client(name=facts.pop("name", "Acme A/S"))
    link = make_link(client=client, tenant_id="theirs")
    defaults = {"kind": "Elsewhere", "external_tenant_id": "tenant-1", "client": client, "existing_link": link}
    return LinkConflict.objects.create(**{**defaults, "partner": make_partner(), **facts})


def page_of(conflict: LinkConflict) -> str:
    return f"{QUEUE}{conflict.pk}/change/"


def decide(support: Browser, conflict: LinkConflict, decision: str, why: str = "They called") -> str:
    response = support.post(page_of(conflict), {"decision": decision, "why": why}, follow=True)
    conflict.refresh_from_db()
    return " ".join(response.content.decode().split())


def test_the_queue_has_open_ones_first_and_the_oldest_on_top(support: Browser) -> None:
    first, second, third = (make_conflict(name=name) for name in ("First", "Second", "Third"))
    decide(support, first, "keep")

    page = support.get(QUEUE).content.decode()

    assert (
        page.index(f"conflict {second.pk}<") < page.index(f"conflict {third.pk}<") < page.index(f"conflict {first.pk}<")
    )


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


def test_a_colleague_who_was_slower_is_told_who_decided_what(support: Browser, colleague: Any) -> None:
    conflict = make_conflict()
    decide(support, conflict, "keep")

    page = decide(support, conflict, "move", why="Slower")

    assert conflict.status == ConflictStatus.KEPT
    assert "Choose what to do" in page


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
