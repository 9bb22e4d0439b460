"""Asking a company that we know: which request there is, and what becomes of the one before (product-rules 3.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clients.models import Agreement, Client, LinkRequest, RequestStatus
from onboarding.registering.outcomes import AwaitingSignature, Disowned, LinkedElsewhere, NeedsApproval
from onboarding.tasks import expire_link_requests
from partners.models import ReferralPartner
from tests.make import make_client, make_link, make_request, make_staff
from tests.onboarding.registration import JANE, NOW, asked, onboard


@pytest.fixture
def client(db: None) -> Client:
    return make_client(admin="jane@acme.test")


def request_of(outcome: object) -> LinkRequest:
    assert isinstance(outcome, NeedsApproval)
    return outcome.request


def test_the_deadline_is_the_partners_and_stays(partner: ReferralPartner, client: Client) -> None:
    partner.approval_days = 3
    partner.save()

    request = request_of(onboard(partner))
    ReferralPartner.objects.update(approval_days=30)
    again = request_of(onboard(partner))

    assert request.expires_at - request.created_at == timedelta(days=3)
    assert (again.pk, again.expires_at) == (request.pk, request.expires_at)


def test_asking_under_another_id_answers_the_request_there_is(partner: ReferralPartner, client: Client) -> None:
    first = request_of(onboard(partner, "tenant-1"))

    second = request_of(onboard(partner, "tenant-2"))

    assert second == first
    assert asked(onboard(partner, "tenant-2")) == "tenant-1"


def test_each_partner_has_a_request_of_its_own(
    partner: ReferralPartner, rival: ReferralPartner, client: Client
) -> None:
    assert request_of(onboard(partner)) != request_of(onboard(rival))
    assert LinkRequest.objects.pending().count() == 2


def test_corrected_addresses_of_another_company_supersede_the_request(partner: ReferralPartner, client: Client) -> None:
    other = make_client(admin="joe@other.test")
    first = request_of(onboard(partner))

    second = request_of(onboard(partner, people=(replace(JANE, email="joe@other.test"),), support_email="o@other.test"))

    first.refresh_from_db()
    assert first.status == RequestStatus.SUPERSEDED
    assert second.client == other


def test_corrected_addresses_of_nobody_supersede_the_request_and_make_a_client(
    partner: ReferralPartner, client: Client, agreement: Agreement
) -> None:
    first = request_of(onboard(partner))

    outcome = onboard(partner, people=(replace(JANE, email="new@new.test"),), support_email="office@new.test")

    first.refresh_from_db()
    assert isinstance(outcome, AwaitingSignature)
    assert first.status == RequestStatus.SUPERSEDED


def test_addresses_of_several_companies_supersede_the_request(partner: ReferralPartner, client: Client) -> None:
    make_client(support_email="office@other.test")
    first = request_of(onboard(partner))

    onboard(partner, support_email="office@other.test")

    first.refresh_from_db()
    assert first.status == RequestStatus.SUPERSEDED


def test_an_overdue_request_is_closed_by_the_next_call_and_a_fresh_one_made(
    partner: ReferralPartner, client: Client
) -> None:
    make_request(
        partner=partner,
        client=client,
        created_at=timezone.now() - timedelta(days=7),
        expires_at=timezone.now() - timedelta(seconds=1),
    )

    fresh = request_of(onboard(partner))

    assert sorted(LinkRequest.objects.values_list("status", flat=True)) == ["Expired", "Pending"]
    assert fresh.expires_at > timezone.now()


def test_the_worker_closes_what_is_overdue_and_nothing_else(partner: ReferralPartner, rival: ReferralPartner) -> None:
    now = timezone.now()
    past: dict[str, Any] = {"created_at": now - timedelta(days=8), "expires_at": now - timedelta(days=1)}
    overdue = make_request(partner=partner, **past)
    make_request(partner=rival)
    decided = make_request(partner=rival, tenant_id="t2", status="Declined", decided_by_user_id=1, **past)

    expire_link_requests(timestamp=0)

    assert {r.pk: r.status for r in LinkRequest.objects.exclude(status="Pending")} == {
        overdue.pk: RequestStatus.EXPIRED,
        decided.pk: RequestStatus.DECLINED,
    }


def test_a_declined_partner_may_ask_again(partner: ReferralPartner, client: Client) -> None:
    make_request(partner=partner, client=client, status="Declined", decided_by_user_id=1)

    assert request_of(onboard(partner)).status == RequestStatus.PENDING


def test_a_partner_that_the_company_does_not_know_asks_in_vain(partner: ReferralPartner, client: Client) -> None:
    make_request(partner=partner, client=client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True)

    assert onboard(partner, "tenant-2") == Disowned("tenant-2")
    assert not LinkRequest.objects.pending().exists()


def test_once_support_lifts_it_the_partner_may_ask_again(partner: ReferralPartner, client: Client) -> None:
    lifted: dict[str, Any] = {"lifted_at": timezone.now(), "lifted_by": make_staff("Support")}
    facts: dict[str, Any] = {"status": "Declined", "decided_by_user_id": 1, "is_unknown_to_client": True}
    make_request(partner=partner, client=client, **facts, **lifted)

    assert request_of(onboard(partner)).status == RequestStatus.PENDING


def test_what_support_offered_is_answered_before_anything_is_matched(
    partner: ReferralPartner, rival: ReferralPartner, client: Client
) -> None:
    link = make_link(partner=rival, client=client, tenant_id="theirs")
    before = onboard(partner)
    offered = make_request(partner=partner, client=client, offered_by=make_staff("Support"), replaces=link)

    unmatched = onboard(partner, people=(replace(JANE, email="who@new.test"),), support_email="office@new.test")

    assert before == LinkedElsewhere("tenant-1")
    assert request_of(unmatched) == offered


def elsewhere(partner: ReferralPartner, tenant_id: str = "tenant-1") -> None:
    """Ask for another company under the same id, which overtakes what waits under it."""
    make_client(admin="joe@other.test")
    onboard(partner, tenant_id, people=(replace(JANE, email="joe@other.test"),), support_email="o@other.test")


def test_what_was_overtaken_and_is_asked_for_again_is_taken_up_with_its_deadline(
    partner: ReferralPartner, client: Client
) -> None:
    first = request_of(onboard(partner))
    elsewhere(partner)

    again = request_of(onboard(partner))

    assert (again.pk, again.expires_at, again.status) == (first.pk, first.expires_at, RequestStatus.PENDING)
    assert LinkRequest.objects.filter(client=client).count() == 1


def test_a_partner_has_no_more_requests_however_often_it_changes_its_mind(
    partner: ReferralPartner, client: Client
) -> None:
    onboard(partner)
    elsewhere(partner)
    for _ in range(5):
        onboard(partner)
        onboard(partner, people=(replace(JANE, email="joe@other.test"),), support_email="o@other.test")

    assert LinkRequest.objects.count() == 2


def test_what_has_expired_is_not_taken_up_again(partner: ReferralPartner, client: Client) -> None:
    first = request_of(onboard(partner))
    elsewhere(partner)
    _expire(first)

    assert request_of(onboard(partner)).pk != first.pk


def test_what_support_offered_is_not_taken_up_again(partner: ReferralPartner, client: Client) -> None:
    offered = make_request(
        partner=partner, client=client, status="Superseded", offered_by=make_staff(), tenant_id="tenant-1"
    )

    assert request_of(onboard(partner)).pk != offered.pk


def test_a_request_whose_id_stands_for_another_client_by_now_stays_as_it_is(
    partner: ReferralPartner, client: Client
) -> None:
    first = make_request(partner=partner, client=client, status="Superseded", tenant_id="tenant-1")
    make_link(partner=partner, tenant_id="tenant-1")

    second = request_of(onboard(partner, "tenant-2"))

    assert (second.pk != first.pk, second.external_tenant_id) == (True, "tenant-2")


@pytest.mark.parametrize(
    "change",
    [{"status": "Approved", "decided_by_user_id": 1}, {"decided_at": NOW}, {"status": "Pending", "lifted_at": NOW}],
    ids=["decided", "another time", "lifted along"],
)
def test_nothing_else_happens_to_what_was_overtaken(partner: ReferralPartner, client: Client, change: Any) -> None:
    request = make_request(partner=partner, client=client, status="Superseded")

    with pytest.raises(DatabaseError), transaction.atomic():
        LinkRequest.objects.filter(pk=request.pk).update(**change)


def test_not_even_sql_takes_up_what_has_expired(partner: ReferralPartner, client: Client) -> None:
    request = make_request(partner=partner, client=client, status="Superseded")
    _expire(request)

    with pytest.raises(DatabaseError, match="a request is decided once"), transaction.atomic():
        LinkRequest.objects.filter(pk=request.pk).update(status="Pending", decided_at=None)


def _expire(request: LinkRequest) -> None:
    """Its deadline is frozen, so the trigger looks away."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE clients_linkrequest SET created_at = created_at - interval '30 days',"
            " expires_at = expires_at - interval '30 days' WHERE id = %s",
            [request.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
