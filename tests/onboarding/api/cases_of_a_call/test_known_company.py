"""Cases that come with a company that we know: they wait for its approval."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, KeptClaims, SubmittedCase
from clients.models import Agreement, Client, LinkRequest, RequestStatus
from onboarding.approving.approve_link import Approved, approve_link, decline_link
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.cases.bodies import COVERED, UNCOVERED, referring, results
from tests.conftest import caller
from tests.make import (
    make_client,
    make_first_agreement,
    make_link,
    make_proof,
    make_signature,
)
from tests.onboarding.api.cases_of_a_call.conftest import approve, ask, body
from tests.race import in_thread, wait_until_blocked


@pytest.fixture
def known(agreement: Agreement) -> Client:
    """A company that nobody has."""
    return make_client(admin="jane@acme.test", support_email="office@acme.test")


def test_cases_wait_with_the_request_and_are_created_when_the_client_approves(api: APIClient, known: Client) -> None:
    sent = [referring(COVERED, "A"), referring(UNCOVERED, "B")]
    request = ask(api, *sent)
    before = Case.objects.count()

    approve(request)

    assert before == 0
    assert KeptClaims.objects.get().link == known.links.get()
    told = api.post("/clients", body(*sent))
    assert (told.status_code, results(told)) == (202, (["A"], [(1, "B", "NoPartnerAvailable")]))


def test_a_409_tells_nothing_of_cases(api: APIClient, known: Client) -> None:
    told = api.post("/clients", body(COVERED)).json()

    assert set(told["data"]) == {"externalTenantId", "onboardingLinks", "isAttributedClient"}


def test_cases_of_a_client_that_has_signed_set_off_at_once(
    api: APIClient, known: Client, rival: ReferralPartner
) -> None:
    make_signature(make_link(client=known, partner=rival, archived_at=timezone.now() + timedelta(days=1)))

    approve(ask(api, COVERED))

    assert Case.objects.get().lifecycle == "PendingVerificationInternal"


def test_a_repeat_while_the_client_decides_keeps_the_cases_that_came_first(api: APIClient, known: Client) -> None:
    request = ask(api, referring(COVERED, "A"))
    ask(api, referring(COVERED, "B"))

    approve(request)

    assert list(Case.objects.values_list("creditor_reference", flat=True)) == ["A"]
    assert results(api.post("/clients", body(referring(COVERED, "B")))) == ([], [(0, "B", "IdempotencyViolation")])


def test_cases_that_come_only_with_a_repeat_are_kept(api: APIClient, known: Client) -> None:
    request = ask(api)
    ask(api, referring(COVERED, "A"))

    approve(request)

    assert list(Case.objects.values_list("creditor_reference", flat=True)) == ["A"]


def test_a_reference_that_the_client_has_elsewhere_is_told_in_general_words(
    api: APIClient, rival_api: APIClient
) -> None:
    rival_api.post("/clients", body(referring(COVERED, "A")))
    client = Client.objects.get()
    client.links.update(archived_at=timezone.now() + timedelta(seconds=1))
    approve(ask(api, referring(COVERED, "A")))

    told = api.post("/clients", body(referring(COVERED, "A")))

    assert results(told) == ([], [(0, "A", "DuplicateReference")])
    assert Case.objects.count() == 1


def test_a_case_that_is_assigned_to_nobody_whom_we_know_is_created_and_assigned_to_nobody(
    api: APIClient, known: Client
) -> None:
    approve(
        ask(
            api,
            referring(COVERED, "A", assignedUserEmail="else@acme.test"),
            {**COVERED, "assignedUserEmail": "jane@acme.test"},
        )
    )

    assert [
        case.assigned_user and case.assigned_user.email for case in Case.objects.order_by("creditor_reference")
    ] == [
        "jane@acme.test",
        None,
    ]


def _declined(request: LinkRequest) -> None:
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    decline_link(link_request=request, browser="mine", is_unknown=False, at=timezone.now())


def _expired(request: LinkRequest) -> None:
    LinkRequest.objects.filter(pk=request.pk).update(status=RequestStatus.EXPIRED, decided_at=timezone.now())


def _superseded(request: LinkRequest) -> None:
    LinkRequest.objects.filter(pk=request.pk).supersede()


@pytest.mark.parametrize("ends", [_declined, _expired, _superseded])
def test_kept_cases_go_with_the_request(api: APIClient, known: Client, ends: Any) -> None:
    request = ask(api, COVERED)
    kept = KeptClaims.objects.count()

    ends(request)

    assert (kept, KeptClaims.objects.count()) == (1, 0)


def test_a_new_request_keeps_its_own_cases(api: APIClient, known: Client) -> None:
    _declined(ask(api, referring(COVERED, "A")))

    approve(ask(api, referring(COVERED, "B")))

    assert list(Case.objects.values_list("creditor_reference", flat=True)) == ["B"]


@pytest.fixture
def committed(transactional_db: None) -> tuple[APIClient, LinkRequest]:
    """A partner whose request waits, and everything else that it takes."""
    if Agreement.objects.current() is None:
        make_first_agreement()
    make_client(admin="jane@acme.test", support_email="office@acme.test")
    link = make_link(tenant_id="another")
    api = caller(link.partner)
    request = ask(api, referring(COVERED, "A"))
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return api, request


def test_a_repeat_during_the_approval_waits_and_tells_the_case(committed: tuple[APIClient, LinkRequest]) -> None:
    """The approval is about to commit when the repeat comes, which locks the client's row to match it."""
    api, request = committed
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            approve_link(link_request=request, browser="mine", at=timezone.now())
            repeat = in_thread(pool, partial(api.post, "/clients", body(referring(COVERED, "A"))))
            wait_until_blocked()
        answer = repeat.result(timeout=20)

    assert Case.objects.count() == 1
    assert (answer.status_code, results(answer)) == (202, (["A"], []))


def test_an_approval_during_a_repeat_waits_and_creates_the_case_once(committed: tuple[APIClient, LinkRequest]) -> None:
    """The repeat has matched, and holds the client's row, when the client approves."""
    api, request = committed
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = api.post("/clients", body(referring(COVERED, "A")))
            approval = in_thread(pool, partial(approve_link, link_request=request, browser="mine", at=timezone.now()))
            wait_until_blocked()
        outcome = approval.result(timeout=20)

    assert first.status_code == 409
    assert isinstance(outcome, Approved)
    assert SubmittedCase.objects.count() == Case.objects.count() == 1
    assert results(api.post("/clients", body(referring(COVERED, "A")))) == (["A"], [])
