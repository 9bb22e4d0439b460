"""Bringing a client on board: each outcome, and what a repeat does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clients.agreement_status import NeverSigned
from clients.models import Agreement, Client, EmailAddress, ReferralPartnerClientLink, User
from clients.models.client import Role
from onboarding.registering.outcomes import (
    Ambiguous,
    AwaitingSignature,
    LinkedElsewhere,
    LinkedUnderOtherId,
    Onboarded,
)
from onboarding.registering.registration import Person
from partners.models import ReferralPartner
from tests.make import make_client, make_link, make_partner
from tests.onboarding.registration import JANE, asked, onboard


def test_an_unknown_client_is_created_and_must_sign(partner: ReferralPartner, agreement: Agreement) -> None:
    outcome = onboard(partner)

    assert isinstance(outcome, AwaitingSignature)
    assert (outcome.status, outcome.is_replay) == (NeverSigned(1), False)
    assert outcome.link.client.name == "Acme A/S"
    assert outcome.link.is_attributed


def test_the_fee_of_the_moment_is_locked(partner: ReferralPartner, agreement: Agreement) -> None:
    onboard(partner)
    ReferralPartner.objects.update(fee_percentage=50)

    onboard(partner)

    assert ReferralPartnerClientLink.objects.get().fee_percentage == Decimal("12.50")


def test_the_fee_is_read_from_the_row_and_not_from_the_callers_memory(
    partner: ReferralPartner, agreement: Agreement
) -> None:
    ReferralPartner.objects.update(fee_percentage=50)

    onboard(partner)

    assert ReferralPartnerClientLink.objects.get().fee_percentage == Decimal("50.00")


def test_the_onboarding_user_is_the_admin_and_every_address_is_kept_once(
    partner: ReferralPartner, agreement: Agreement
) -> None:
    ib = Person(name="Ib Berg", email="OFFICE@acme.test", is_onboarding_user=False)

    onboard(partner, people=(JANE, ib))

    assert dict(User.objects.values_list("email", "role")) == {
        "Jane@Acme.test": Role.CREDITOR_ADMIN,
        "OFFICE@acme.test": Role.CREDITOR_USER,
    }
    assert set(EmailAddress.objects.values_list("pk", flat=True)) == {"jane@acme.test", "office@acme.test"}


def test_a_repeated_call_creates_and_changes_nothing(partner: ReferralPartner, agreement: Agreement) -> None:
    first = onboard(partner)

    second = onboard(partner, name="Renamed A/S", country="SE")

    assert isinstance(first, Onboarded.__value__)
    assert isinstance(second, AwaitingSignature)
    assert (second.link, second.is_replay) == (first.link, True)
    assert Client.objects.get().name == "Acme A/S"


def test_tenant_ids_are_case_sensitive(partner: ReferralPartner, agreement: Agreement) -> None:
    onboard(partner, "tenant-a")

    outcome = onboard(
        partner, "TENANT-A", people=(replace(JANE, email="joe@other.test"),), support_email="x@other.test"
    )

    assert isinstance(outcome, AwaitingSignature)
    assert not outcome.is_replay


def test_a_known_client_that_nobody_has_must_approve(partner: ReferralPartner) -> None:
    make_client(admin="jane@acme.test")

    assert asked(onboard(partner, "tenant-2")) == "tenant-2"
    assert not ReferralPartnerClientLink.objects.exists()


def test_a_client_of_another_partner_stays_there(partner: ReferralPartner) -> None:
    make_link(partner=make_partner(), client=make_client(admin="jane@acme.test"))

    assert onboard(partner, "tenant-2") == LinkedElsewhere("tenant-2")
    assert Client.objects.count() == 1


def test_a_client_that_the_partner_has_under_another_id_is_named_by_that_id(partner: ReferralPartner) -> None:
    make_link(partner=partner, client=make_client(admin="jane@acme.test"), tenant_id="tenant-old")

    assert onboard(partner, "tenant-2") == LinkedUnderOtherId("tenant-old")


def test_an_archived_link_does_not_count(partner: ReferralPartner) -> None:
    client = make_client(admin="jane@acme.test")
    make_link(partner=partner, client=client, archived_at=timezone.now() + timedelta(days=1))

    assert asked(onboard(partner, "tenant-1")) == "tenant-1"


def test_addresses_of_two_clients_are_for_support(partner: ReferralPartner) -> None:
    make_client(admin="jane@acme.test")
    make_client(support_email="office@acme.test")

    assert onboard(partner, "tenant-2") == Ambiguous("tenant-2")


@pytest.mark.parametrize("stored", ["JANE@ACME.TEST", "jane@acme.test", "Jane@Acme.TEST"])
def test_addresses_match_in_any_letter_case(partner: ReferralPartner, stored: str) -> None:
    make_client(admin=stored)

    assert asked(onboard(partner, "tenant-2")) == "tenant-2"


def test_a_mailbox_matches_however_its_domain_is_written(partner: ReferralPartner) -> None:
    make_client(admin="jane@bücher。test")

    outcome = onboard(partner, people=(replace(JANE, email="JANE@xn--bcher-kva.test"),), support_email="o@new.test")

    assert asked(outcome) == "tenant-1"


def test_a_domain_with_a_sharp_s_is_another_one(partner: ReferralPartner, agreement: Agreement) -> None:
    make_client(admin="jane@strasse.test")

    outcome = onboard(partner, people=(replace(JANE, email="jane@straße.test"),), support_email="o@new.test")

    assert isinstance(outcome, AwaitingSignature)


@pytest.mark.parametrize("similar", ["jane+1@acme.test", "jane@mail.acme.test", "j.ane@acme.test"])
def test_similar_addresses_do_not_match(partner: ReferralPartner, agreement: Agreement, similar: str) -> None:
    make_client(admin=similar)

    assert isinstance(onboard(partner), AwaitingSignature)
