"""Setting a signature aside, and renaming a company: what ends a signature by staff's hand."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clients.agreement_status import Current, Reason, SignAgain
from clients.invalidate_signature import Invalidated, InvalidatedBefore, invalidate_signature
from clients.models import Agreement, ReferralPartnerClientLink
from clients.models.agreement_facts import status_of
from clients.rename_client import (
    ClientIsErased,
    NothingToRename,
    Renamed,
    RenamedMeanwhile,
    RenamingOutcome,
    rename_client,
)
from staff.history import history_of
from staff.models import Staff
from tests.make import make_agreement, make_client, make_link, make_signature, make_staff
from tests.rows import everything

WHY = "The signer was no director"
TOLD = "Please let a director sign."


@pytest.fixture
def lea(db: None) -> Staff:
    """From legal."""
    return make_staff("Legal", name="Lea Legal")


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    return make_link(client=make_client(name="Acme A/S"))


def rename(link: ReferralPartnerClientLink, lea: Staff, name: str, held: str = "Acme A/S") -> RenamingOutcome:
    return rename_client(client=link.client, held=held, name=name, by=lea, why="New in the register")


def test_a_signature_that_is_set_aside_counts_no_more(link: ReferralPartnerClientLink, lea: Staff) -> None:
    signature = make_signature(link)

    outcome = invalidate_signature(signature=signature, told_client=TOLD, by=lea, why=WHY)

    signature.refresh_from_db()
    status = status_of(link.client, at=timezone.now())
    assert outcome == Invalidated()
    assert (signature.invalidated_by, signature.invalidated_why) == (lea, TOLD)
    assert signature.invalidated_at is not None
    assert status == SignAgain(1, 1, Reason.ADMIN_INVALIDATED, signature.invalidated_at)
    assert [(each.who, each.what, each.why) for each in history_of(signature)] == [("Lea Legal", "Invalidated", WHY)]


def test_another_signature_that_stands_goes_on_counting(link: ReferralPartnerClientLink, lea: Staff) -> None:
    make_signature(link)
    make_agreement(number=2, published_at=timezone.now(), is_material=False)
    second = make_signature(link)

    invalidate_signature(signature=second, told_client=TOLD, by=lea, why=WHY)

    assert status_of(link.client, at=timezone.now()) == Current(2, 1, None)


def test_setting_it_aside_again_changes_nothing(link: ReferralPartnerClientLink, lea: Staff) -> None:
    signature = make_signature(link)
    invalidate_signature(signature=signature, told_client=TOLD, by=lea, why=WHY)
    before = everything()

    outcome = invalidate_signature(signature=signature, told_client="Something else.", by=lea, why="Once more")

    assert outcome == InvalidatedBefore()
    assert everything() == before


def test_a_company_with_another_name_must_sign_again(link: ReferralPartnerClientLink, lea: Staff) -> None:
    make_signature(link)

    outcome = rename(link, lea, "Acme Holding A/S")

    link.client.refresh_from_db()
    status = status_of(link.client, at=timezone.now())
    assert outcome == Renamed()
    assert isinstance(status, SignAgain)
    assert status.reason is Reason.CREDITOR_NAME_CHANGED
    [change] = history_of(link.client)[0].changes
    assert (change.before, change.after) == ("Acme A/S", "Acme Holding A/S")


@pytest.mark.parametrize(
    ("name", "held", "expected"),
    [
        ("Acme A/S", "Acme A/S", NothingToRename()),
        ("Acme A/S", "Acme ApS", NothingToRename()),
        ("Acme Holding A/S", "Acme ApS", RenamedMeanwhile("Acme A/S")),
    ],
)
def test_what_was_decided_about_another_name_changes_nothing(
    link: ReferralPartnerClientLink, lea: Staff, name: str, held: str, expected: RenamingOutcome
) -> None:
    before = everything()

    outcome = rename(link, lea, name, held)

    assert outcome == expected
    assert everything() == before


def test_an_erased_client_is_not_named_again(lea: Staff) -> None:
    link = make_link(client=make_client(name="Acme A/S", erased_at=timezone.now()))

    assert rename(link, lea, "Acme Holding A/S") == ClientIsErased()
