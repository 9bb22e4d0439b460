"""The client decides about a partner: what each decision does, and that there is one winner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from clients.models import Agreement, Client, LinkRequest, ReferralPartnerClientLink, RequestStatus
from clients.models.client import Role
from onboarding.approving import approve_link as module
from onboarding.approving.approve_link import Approved, Decision, Declined, NoLongerOpen, approve_link, decline_link
from onboarding.journey.in_hand import NotProven
from onboarding.models import Purpose
from onboarding.registering.outcomes import AwaitingSignature, LinkedElsewhere
from partners.models import ReferralPartner
from tests.make import (
    make_client,
    make_first_agreement,
    make_link,
    make_partner,
    make_proof,
    make_request,
    make_staff,
)
from tests.onboarding.registration import onboard
from tests.race import Meeting, at_once, in_thread, taken_out, wait_until_blocked
from tests.rows import everything


@pytest.fixture
def request_(agreement: Agreement, partner: ReferralPartner) -> LinkRequest:
    return proven_request(partner)


def proven_request(partner: ReferralPartner, client: Client | None = None, **facts: Any) -> LinkRequest:
    request = make_request(partner=partner, client=client or make_client(admin="jane@acme.test"), **facts)
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return request


def approve(request: LinkRequest, browser: str = "mine") -> Decision:
    return approve_link(link_request=request, browser=browser, at=timezone.now())


def decline(request: LinkRequest, browser: str = "mine", *, is_unknown: bool = False) -> Decision:
    return decline_link(link_request=request, browser=browser, is_unknown=is_unknown, at=timezone.now())


def status_of(request: LinkRequest) -> str:
    return LinkRequest.objects.get(pk=request.pk).status


def test_approval_links_the_client_at_the_fee_of_that_moment(request_: LinkRequest, partner: ReferralPartner) -> None:
    ReferralPartner.objects.filter(pk=partner.pk).update(fee_percentage=Decimal("7.50"))

    outcome = approve(request_)

    assert isinstance(outcome, Approved)
    link = ReferralPartnerClientLink.objects.get()
    assert (link.partner, link.client, link.external_tenant_id) == (partner, request_.client, "tenant-1")
    assert (link.is_attributed, link.fee_percentage) == (False, Decimal("7.50"))


def test_after_approval_the_partners_next_call_finds_its_client(
    request_: LinkRequest, partner: ReferralPartner
) -> None:
    approve(request_)

    outcome = onboard(partner)

    assert isinstance(outcome, AwaitingSignature)
    assert outcome.link.client == request_.client


def test_declining_links_nobody(request_: LinkRequest) -> None:
    assert decline(request_) == Declined()
    assert status_of(request_) == RequestStatus.DECLINED
    assert not ReferralPartnerClientLink.objects.exists()


def test_an_unknown_partner_is_declined_and_marked_for_support(request_: LinkRequest) -> None:
    decline(request_, is_unknown=True)

    assert LinkRequest.objects.get().is_unknown_to_client


def test_who_decided_is_kept(request_: LinkRequest) -> None:
    approve(request_)

    assert LinkRequest.objects.get().decided_by_user_id == request_.client.users.get().pk


@pytest.mark.parametrize("decide", [approve, decline])
def test_without_a_proof_nothing_is_decided(request_: LinkRequest, decide: Any) -> None:
    before = everything()

    assert decide(request_, "another") == NotProven()
    assert everything() == before


@pytest.mark.parametrize("decide", [approve, decline])
def test_a_creditor_user_decides_nothing(request_: LinkRequest, decide: Any) -> None:
    request_.client.users.update(role=Role.CREDITOR_USER)

    assert decide(request_) == NotProven()


@pytest.mark.parametrize("decide", [approve, decline])
def test_after_the_deadline_nothing_is_decided(agreement: Agreement, decide: Any) -> None:
    now = timezone.now()
    request = proven_request(make_partner(), created_at=now - timedelta(days=7), expires_at=now)

    assert decide(request) == NoLongerOpen(RequestStatus.EXPIRED)
    assert not ReferralPartnerClientLink.objects.exists()


def test_a_second_click_changes_nothing(request_: LinkRequest) -> None:
    approve(request_)
    before = everything()

    assert approve(request_) == NoLongerOpen(RequestStatus.APPROVED)
    assert decline(request_) == NoLongerOpen(RequestStatus.APPROVED)
    assert everything() == before


def test_the_other_partners_request_is_superseded(request_: LinkRequest, rival: ReferralPartner) -> None:
    others = proven_request(rival, request_.client)

    approve(request_)

    assert status_of(others) == RequestStatus.SUPERSEDED
    assert onboard(rival) == LinkedElsewhere("tenant-1")


def test_a_move_archives_the_old_link_and_leaves_its_fee(
    agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    client = make_client()
    old = make_link(partner=rival, client=client, tenant_id="theirs", fee_percentage=Decimal("10.00"))
    move = proven_request(partner, client, offered_by=make_staff("Support"), replaces=old)

    outcome = approve(move)

    old.refresh_from_db()
    assert isinstance(outcome, Approved)
    assert old.archived_at is not None
    assert old.fee_percentage == Decimal("10.00")
    assert client.links.active().get() == outcome.link


def test_a_move_from_a_link_that_is_no_more_is_overtaken(
    agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    client = make_client()
    old = make_link(partner=rival, client=client, tenant_id="theirs")
    move = proven_request(partner, client, offered_by=make_staff("Support"), replaces=old)
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now())

    assert approve(move) == NoLongerOpen(RequestStatus.SUPERSEDED)
    assert not client.links.active().exists()


def test_a_plain_request_never_takes_a_client_from_its_partner(request_: LinkRequest, rival: ReferralPartner) -> None:
    link = make_link(partner=rival, client=request_.client, tenant_id="theirs")

    assert approve(request_) == NoLongerOpen(RequestStatus.SUPERSEDED)
    assert request_.client.links.active().get() == link


@pytest.fixture
def committed(transactional_db: None) -> LinkRequest:
    if Agreement.objects.current() is None:
        make_first_agreement()
    return proven_request(make_partner())


@pytest.fixture
def _no_lock_on_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.models.client.ClientQuerySet.lock", lambda clients: clients)


@pytest.mark.parametrize(("first", "second"), [(approve, decline), (decline, approve)])
def test_of_approve_and_decline_the_first_wins(committed: LinkRequest, first: Any, second: Any) -> None:
    outcomes = _second_waits_for_first(committed, first, second)

    assert [type(outcome) for outcome in outcomes] == [{approve: Approved, decline: Declined}[first], NoLongerOpen]


def test_without_the_condition_in_the_update_the_second_would_win_too(
    committed: LinkRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.models.link_request.LinkRequestQuerySet.open", lambda requests: requests)
    table = "clients_linkrequest"

    with taken_out(
        f"ALTER TABLE {table} DISABLE TRIGGER request_is_frozen",
        f"ALTER TABLE {table} ENABLE TRIGGER request_is_frozen",
    ):
        outcomes = _second_waits_for_first(committed, decline, approve)

    assert [type(outcome) for outcome in outcomes] == [Declined, Approved]


def test_an_approval_that_comes_while_the_request_expires_is_too_late(committed: LinkRequest) -> None:
    assert _approve_while_it_expires(committed) == NoLongerOpen(RequestStatus.EXPIRED)
    assert not ReferralPartnerClientLink.objects.exists()


def test_a_request_that_is_approved_in_its_last_second_does_not_expire(committed: LinkRequest) -> None:
    last = proven_request(make_partner(), make_client(), expires_at=timezone.now() + timedelta(seconds=1))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            approved = approve(last)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(1.1)")  # its deadline passes
            expiring = in_thread(pool, LinkRequest.objects.all().expire_overdue)
            wait_until_blocked()
        expired = expiring.result(timeout=20)

    assert isinstance(approved, Approved)
    assert (expired, status_of(last)) == (0, RequestStatus.APPROVED)


def test_without_the_condition_an_expired_request_would_be_approved(
    committed: LinkRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.models.link_request.LinkRequestQuerySet.open", lambda requests: requests)

    with pytest.raises(Exception, match=r"decided once|before_its_deadline"):
        _approve_while_it_expires(committed)


def _approve_while_it_expires(request: LinkRequest) -> Decision:
    """Begin to approve when the worker has closed the request and not committed yet."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            _age(request)
            LinkRequest.objects.all().expire_overdue()
            approving = in_thread(pool, partial(approve, request))
            wait_until_blocked()
        return approving.result(timeout=20)


def _age(request: LinkRequest) -> None:
    """A month goes by for this request; the trigger that keeps deadlines is off for that moment."""
    month = timedelta(days=31)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        LinkRequest.objects.filter(pk=request.pk).update(
            created_at=F("created_at") - month, expires_at=F("expires_at") - month
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_two_partners_approved_at_once_give_one_link(committed: LinkRequest) -> None:
    other = proven_request(make_partner(), committed.client, tenant_id="tenant-2")

    outcomes = at_once(partial(approve, committed), partial(approve, other))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Approved", "NoLongerOpen"]
    assert committed.client.links.active().count() == 1
    assert sorted([status_of(committed), status_of(other)]) == ["Approved", "Superseded"]


@pytest.mark.usefixtures("_no_lock_on_the_client")
def test_without_the_lock_the_constraint_refuses_the_second_link(
    committed: LinkRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = proven_request(make_partner(), committed.client, tenant_id="tenant-2")
    monkeypatch.setattr(module, "_decide", Meeting(patience=20).before(module._decide))

    with pytest.raises(Exception, match=r"one_active_link_per_client|deadlock detected"):
        at_once(partial(approve, committed), partial(approve, other))


def test_an_approval_and_a_call_of_the_partner_at_once_make_one_link(committed: LinkRequest) -> None:
    outcomes: list[object] = at_once(partial(approve, committed), partial(onboard, committed.partner))

    assert isinstance(outcomes[0], Approved)
    assert committed.client.links.active().count() == 1


def _second_waits_for_first(request: LinkRequest, first: Any, second: Any) -> list[Decision]:
    """Begin the second when the first has decided and not committed yet."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            outcome = first(request)
            waiting = in_thread(pool, partial(second, request))
            wait_until_blocked()
        return [outcome, waiting.result(timeout=20)]
