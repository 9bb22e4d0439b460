"""The client says who works there and who signs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pytest_django.fixtures import Settings

from clients.models import Agreement, Client, EmailAddress, ReferralPartnerClientLink, User
from clients.models.client import Role
from onboarding.journey.confirm_company import AddressesOfOthers, AlreadySigned, ChangedSince, Saved, digest_of
from onboarding.journey.confirm_users import HandedOver, UserDetails, UsersOutcome, confirm_users, people_held
from onboarding.journey.in_hand import NotProven
from onboarding.journey.typed_addresses import OTHERS_A_DAY, register_typed
from onboarding.models import AskingLimitReached, Purpose
from onboarding.proof.email_codes import standing_proof
from tests.make import make_client, make_link, make_proof, make_signature
from tests.rows import everything, everything_but_tries

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
IB = UserDetails(name="Ib Berg", email="ib@acme.test", is_onboarding_user=False)
FIRST = Purpose.FIRST_SIGNING


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    client = make_client(admin="jane@acme.test", colleagues=("ann@acme.test",), support_email="office@acme.test")
    link = make_link(client=client)
    make_proof(link, browser="mine")
    return link


def held(link: ReferralPartnerClientLink) -> list[UserDetails]:
    """Jane, who acts, and Ann, as the page shows them."""
    return [
        UserDetails(user.name, user.email, user.role == Role.CREDITOR_ADMIN, user.pk)
        for user in link.client.users.order_by("pk")
    ]


def confirm(
    link: ReferralPartnerClientLink, *users: UserDetails, browser: str = "mine", shown: str | None = None
) -> UsersOutcome:
    now = digest_of(people_held(link.client)) if shown is None else shown
    return confirm_users(link=link, purpose=FIRST, browser=browser, users=users, shown=now, at=NOW)


def people(link: ReferralPartnerClientLink) -> dict[str, str]:
    return dict(User.objects.filter(client=link.client).values_list("email", "role"))


def test_people_can_be_added_renamed_and_removed(link: ReferralPartnerClientLink) -> None:
    jane, _ = held(link)

    assert confirm(link, replace(jane, name="Jane Smith"), IB) == Saved()

    assert people(link) == {"jane@acme.test": Role.CREDITOR_ADMIN, "ib@acme.test": Role.CREDITOR_USER}
    assert link.client.users.get(email=jane.email).name == "Jane Smith"
    assert Client.objects.get().users_confirmed_at == NOW
    known = set(EmailAddress.objects.values_list("pk", flat=True))
    assert known == {"jane@acme.test", "ib@acme.test", "office@acme.test"}


def test_who_acts_keeps_the_proven_address(link: ReferralPartnerClientLink) -> None:
    jane, ann = held(link)

    confirm(link, replace(jane, email="other@acme.test"), ann)

    assert set(people(link)) == {"jane@acme.test", "ann@acme.test"}
    assert not EmailAddress.objects.filter(pk="other@acme.test").exists()


def test_two_colleagues_can_swap_addresses(link: ReferralPartnerClientLink) -> None:
    jane, ann = held(link)
    confirm(link, jane, ann, IB)
    jane, ann, ib = held(link)

    assert confirm(link, jane, replace(ann, email=ib.email), replace(ib, email=ann.email)) == Saved()
    assert link.client.users.get(email="ib@acme.test").pk == ann.user_id


def test_somebody_else_can_sign(link: ReferralPartnerClientLink) -> None:
    jane, ann = held(link)

    outcome = confirm(link, replace(jane, is_onboarding_user=False), replace(ann, is_onboarding_user=True))

    assert outcome == HandedOver()
    assert people(link) == {"jane@acme.test": Role.CREDITOR_USER, "ann@acme.test": Role.CREDITOR_ADMIN}
    assert standing_proof(about=link, purpose=FIRST, browser="mine") is None


def test_somebody_who_is_typed_in_again_is_the_same_person(link: ReferralPartnerClientLink) -> None:
    jane, ann = held(link)

    assert confirm(link, replace(jane, user_id=None), replace(ann, user_id=None, email="ANN@acme.test")) == Saved()
    assert {user.user_id for user in held(link)} == {jane.user_id, ann.user_id}


def test_an_address_of_another_company_changes_nothing(link: ReferralPartnerClientLink) -> None:
    make_client(admin="taken@other.test")
    before = everything_but_tries()

    outcome = confirm(link, *held(link), replace(IB, email="Taken@other.test"), IB)

    assert outcome == AddressesOfOthers(frozenset({"taken@other.test"}))
    assert everything_but_tries() == before


def test_a_user_of_another_company_is_not_touched(link: ReferralPartnerClientLink) -> None:
    stranger = make_client(admin="jane@other.test").users.get()

    confirm(link, *held(link), replace(IB, user_id=stranger.pk))

    stranger.refresh_from_db()
    assert stranger.email == "jane@other.test"
    assert "ib@acme.test" in people(link)


def test_one_person_named_twice_is_one_person_and_another(link: ReferralPartnerClientLink) -> None:
    jane, ann = held(link)

    twice = replace(IB, user_id=ann.user_id)

    confirm(link, replace(jane, is_onboarding_user=False), replace(ann, is_onboarding_user=True), twice)

    assert people(link)["ann@acme.test"] == Role.CREDITOR_ADMIN
    assert len(people(link)) == 3


def test_without_a_proof_nothing_changes(link: ReferralPartnerClientLink) -> None:
    before = everything()

    assert confirm(link, IB, browser="another") == NotProven()
    assert everything() == before


def test_once_signed_the_people_stay(link: ReferralPartnerClientLink) -> None:
    make_signature(link)
    before = everything()

    assert confirm(link, IB) == AlreadySigned()
    assert everything() == before


def test_an_older_page_does_not_undo_what_was_changed_since(link: ReferralPartnerClientLink) -> None:
    shown, [jane, ann] = digest_of(people_held(link.client)), held(link)
    User.objects.filter(email=ann.email).update(name="Ann Renamed")

    assert confirm(link, jane, ann, shown=shown) == ChangedSince()

    assert link.client.users.get(email=ann.email).name == "Ann Renamed"


def test_a_second_click_is_no_older_page(link: ReferralPartnerClientLink) -> None:
    shown, [jane, _] = digest_of(people_held(link.client)), held(link)

    assert [confirm(link, jane, IB, shown=shown) for _ in range(2)] == [Saved(), Saved()]
    assert len(people(link)) == 2


def test_who_tries_many_addresses_learns_no_more_which_are_known(link: ReferralPartnerClientLink) -> None:
    [jane, _] = held(link)
    for number in range(OTHERS_A_DAY + 1):
        make_client(admin=f"known{number}@other.test")
    tried = [
        confirm(link, jane, UserDetails("X", f"known{number}@other.test", False)) for number in range(OTHERS_A_DAY)
    ]

    known, unknown = (
        confirm(link, jane, UserDetails("X", email, False)) for email in ("known5@other.test", "new@other.test")
    )

    assert {type(outcome) for outcome in tried} == {AddressesOfOthers}
    assert (known, unknown) == (
        AddressesOfOthers(frozenset({"known5@other.test"})),
        AddressesOfOthers(frozenset({"new@other.test"})),
    )
    assert confirm(link, *held(link)) == Saved()


def test_one_long_list_tells_no_more_than_many_short_ones(link: ReferralPartnerClientLink) -> None:
    known = [f"known{number}@other.test" for number in range(OTHERS_A_DAY + 1)]
    for email in known:
        make_client(admin=email)
    typed = [*known, "new@other.test", "newer@other.test"]

    outcomes = [
        confirm(link, *held(link), *[UserDetails("X", email, False) for email in some]) for some in (typed, typed[-2:])
    ]

    assert outcomes == [AddressesOfOthers(frozenset(typed)), AddressesOfOthers(frozenset(typed[-2:]))]
    assert confirm(link, *held(link)) == Saved()


def test_what_pages_tell_counts_towards_what_their_partner_is_told(
    link: ReferralPartnerClientLink, settings: Settings
) -> None:
    settings.KNOWN_COMPANIES_A_DAY, settings.KNOWN_COMPANIES_TOLD_AT = 3, 2
    another = make_link(client=make_client(admin="ann@another.test"), partner=link.partner, tenant_id="another")
    for number in range(4):
        make_client(admin=f"known{number}@other.test")
    first, second = ([UserDetails("X", f"known{each}@other.test", False) for each in some] for some in ((0, 1), (2, 3)))

    told = confirm(link, *held(link), *first)
    refused = register_typed(another.client, another.partner, [each.email for each in (*second, IB)], at=NOW)

    assert told == AddressesOfOthers(frozenset({"known0@other.test", "known1@other.test"}))
    assert refused == {"known2@other.test", "known3@other.test", IB.email}
    reached = AskingLimitReached.objects.get()
    assert (reached.partner, reached.companies, reached.refused) == (link.partner, 2, 1)


def test_a_mistake_or_two_do_no_harm(link: ReferralPartnerClientLink) -> None:
    [jane, _] = held(link)
    make_client(admin="known@other.test")
    for _ in range(OTHERS_A_DAY + 1):
        confirm(link, jane, UserDetails("X", "known@other.test", False))

    assert confirm(link, jane, IB) == Saved()
