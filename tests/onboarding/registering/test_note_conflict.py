"""What is noted for support when a partner cannot get a client, and on what a repeat counts (product-rules 3.12)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from django.utils import timezone

from clients.models import Agreement, LinkConflict, LinkRequest, ReferralPartnerClientLink
from onboarding.registering.outcomes import Ambiguous, LinkedElsewhere
from onboarding.support.resolve_conflict import keep, offer_move, refuse, reopen
from partners.models import ReferralPartner
from tests.make import make_client, make_first_agreement, make_link, make_partner, make_staff
from tests.onboarding.registration import JANE, onboard
from tests.race import at_once


@pytest.fixture
def theirs(agreement: Agreement, rival: ReferralPartner) -> ReferralPartnerClientLink:
    return make_link(partner=rival, client=make_client(admin="jane@acme.test"), tenant_id="theirs")


def make_two_that_match() -> None:
    make_client(admin="jane@acme.test", name="First")
    make_client(support_email="office@acme.test", name="Second")


def test_a_client_of_another_partner_is_noted_with_its_link(
    theirs: ReferralPartnerClientLink, partner: ReferralPartner
) -> None:
    onboard(partner)

    noted = LinkConflict.objects.get()
    assert (noted.kind, noted.status, noted.times_asked) == ("Elsewhere", "Open", 1)
    assert (noted.partner, noted.external_tenant_id) == (partner, "tenant-1")
    assert (noted.client, noted.existing_link) == (theirs.client, theirs)


def test_clients_that_cannot_be_told_apart_are_all_noted(agreement: Agreement, partner: ReferralPartner) -> None:
    make_two_that_match()

    onboard(partner)

    noted = LinkConflict.objects.get()
    assert (noted.kind, noted.client, noted.existing_link) == ("Ambiguous", None, None)
    assert sorted(noted.matches.values_list("client__name", flat=True)) == ["First", "Second"]


def test_each_partner_that_asks_is_noted_by_itself(theirs: ReferralPartnerClientLink, partner: ReferralPartner) -> None:
    onboard(partner)
    onboard(make_partner())

    assert list(LinkConflict.objects.values_list("times_asked", flat=True)) == [1, 1]


def test_the_same_clients_are_one_conflict_under_whatever_id_they_are_asked_for(
    agreement: Agreement, partner: ReferralPartner
) -> None:
    make_two_that_match()

    for number in range(40):
        onboard(partner, f"tenant-{number}")

    assert LinkConflict.objects.get().times_asked == 40


def test_for_each_partner_the_same_clients_are_a_conflict_of_its_own(
    agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    make_two_that_match()

    onboard(partner)
    onboard(rival)

    assert LinkConflict.objects.count() == 2


def test_two_calls_at_once_for_the_same_clients_are_one_conflict(transactional_db: None) -> None:
    make_first_agreement()
    make_two_that_match()
    partner = make_partner()

    at_once(partial(onboard, partner, "tenant-1"), partial(onboard, partner, "tenant-2"))

    assert LinkConflict.objects.get().times_asked == 2


def test_the_addresses_that_matched_are_noted_each_with_its_client(
    agreement: Agreement, partner: ReferralPartner
) -> None:
    make_two_that_match()

    onboard(partner)
    onboard(partner, people=(replace(JANE, email="JANE@acme.test"),))

    noted = LinkConflict.objects.get().addresses.values_list("client__name", "address")
    assert sorted(noted) == [("First", "jane@acme.test"), ("Second", "office@acme.test")]


def test_who_asks_again_after_keep_and_after_reopening_is_counted_on_the_same(
    theirs: ReferralPartnerClientLink, partner: ReferralPartner
) -> None:
    onboard(partner)
    conflict, agent = LinkConflict.objects.get(), make_staff("Support")

    keep(conflict=conflict, by=agent, why="They called", at=timezone.now())
    onboard(partner)
    reopen(conflict=conflict, by=agent, why="New facts")
    onboard(partner)

    assert LinkConflict.objects.get().times_asked == 3


def test_who_asks_again_after_a_refusal_and_after_reopening_is_counted_on_the_same(
    agreement: Agreement, partner: ReferralPartner
) -> None:
    make_two_that_match()
    onboard(partner)
    conflict, agent = LinkConflict.objects.get(), make_staff("Support")

    refuse(conflict=conflict, by=agent, why="They called", at=timezone.now())
    assert onboard(partner) == Ambiguous("tenant-1")
    reopen(conflict=conflict, by=agent, why="New facts")
    onboard(partner)

    assert LinkConflict.objects.get().times_asked == 3


def test_who_asks_again_after_an_offer_has_expired_is_a_new_conflict(
    theirs: ReferralPartnerClientLink, partner: ReferralPartner
) -> None:
    onboard(partner)
    offer_move(conflict=LinkConflict.objects.get(), by=make_staff("Support"), why="They called", at=timezone.now())
    LinkRequest.objects.update(status="Expired", decided_at=timezone.now())

    assert onboard(partner) == LinkedElsewhere("tenant-1")
    assert list(LinkConflict.objects.values_list("status", flat=True)) == ["MoveOffered", "Open"]


def test_two_calls_at_once_are_one_conflict_asked_twice(transactional_db: None) -> None:
    make_first_agreement()
    make_link(partner=make_partner(), client=make_client(admin="jane@acme.test"))
    partner = make_partner()

    outcomes = at_once(partial(onboard, partner, "tenant-1"), partial(onboard, partner, "tenant-2"))

    assert outcomes == [LinkedElsewhere("tenant-1"), LinkedElsewhere("tenant-2")]
    assert LinkConflict.objects.get().times_asked == 2
