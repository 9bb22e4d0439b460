"""The client checks its details: what is kept, and whose addresses cannot be taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from clients.models import Agreement, Client, EmailAddress, ReferralPartnerClientLink
from onboarding.journey.confirm_company import (
    AddressesOfOthers,
    AlreadySigned,
    ChangedSince,
    CompanyOutcome,
    Saved,
    confirm_company,
    details_held,
    digest_of,
)
from onboarding.journey.in_hand import NotProven
from onboarding.models import Purpose
from onboarding.registering.registration import Company
from tests.make import make_client, make_first_agreement, make_link, make_proof, make_signature
from tests.race import at_once
from tests.rows import everything, everything_but_tries

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ACME = Company(name="Acme A/S", country="DK", support_email="office@acme.test")


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    return proven_link("office@acme.test")


def proven_link(support_email: str, **facts: Any) -> ReferralPartnerClientLink:
    link = make_link(client=make_client(support_email=support_email), **facts)
    make_proof(link, browser="mine")
    return link


def confirm(
    link: ReferralPartnerClientLink, browser: str = "mine", shown: str | None = None, **details: str
) -> CompanyOutcome:
    now = digest_of(details_held(Client.objects.get(pk=link.client_id)))
    return confirm_company(
        link=link,
        purpose=Purpose.FIRST_SIGNING,
        browser=browser,
        company=replace(ACME, **details),
        shown=now if shown is None else shown,
        at=NOW,
    )


def addresses(client: Client) -> set[str]:
    return set(EmailAddress.objects.filter(client=client).values_list("pk", flat=True))


def test_what_was_typed_is_kept(link: ReferralPartnerClientLink) -> None:
    assert confirm(link, name="Acme Holding A/S", country="SE", city="Malmö") == Saved()

    client = Client.objects.get()
    assert (client.name, client.country, client.city, client.address) == ("Acme Holding A/S", "SE", "Malmö", "")
    assert client.details_confirmed_at == NOW


def test_another_support_address_takes_the_place_of_the_one_before(link: ReferralPartnerClientLink) -> None:
    [admin] = link.client.users.values_list("email_key", flat=True)

    assert confirm(link, support_email="New@Acme.test") == Saved()

    assert Client.objects.get().support_email == "New@Acme.test"
    assert addresses(link.client) == {admin, "new@acme.test"}


def test_the_support_address_may_be_a_users_too(link: ReferralPartnerClientLink) -> None:
    admin = link.client.users.get()

    assert confirm(link, support_email=admin.email) == Saved()
    assert addresses(link.client) == {admin.email_key}


def test_an_address_of_another_company_changes_nothing(link: ReferralPartnerClientLink) -> None:
    make_client(support_email="taken@other.test")
    before = everything_but_tries()

    assert confirm(link, support_email="TAKEN@other.test", name="Other") == AddressesOfOthers(
        frozenset({"taken@other.test"})
    )
    assert everything_but_tries() == before


def test_without_a_proof_nothing_changes(link: ReferralPartnerClientLink) -> None:
    before = everything()

    assert confirm(link, browser="another", name="Other") == NotProven()
    assert everything() == before


def test_once_signed_the_details_stay(link: ReferralPartnerClientLink) -> None:
    make_signature(link)
    before = everything()

    assert confirm(link, name="Other") == AlreadySigned()
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_two_companies_that_take_one_address_at_once_do_not_share_it() -> None:
    if Agreement.objects.current() is None:
        make_first_agreement()
    one, other = proven_link("a@one.test"), proven_link("b@two.test", tenant_id="tenant-2")

    outcomes = at_once(*[partial(confirm, link, support_email="new@shared.test") for link in (one, other)])

    # Neither has proven it: who comes later takes it over, or is refused where they met in the middle.
    assert Saved() in outcomes
    assert EmailAddress.objects.filter(pk="new@shared.test").count() == 1
    assert Client.objects.filter(support_email_key="new@shared.test").count() == 1


def test_a_change_is_in_the_history_with_who_and_why(link: ReferralPartnerClientLink) -> None:
    user = link.client.users.get()

    confirm(link, name="Acme Holding A/S")

    history = apps.get_model("clients", "ClientHistory")._default_manager.latest("pgh_id")
    assert history.name == link.client.name
    assert history.pgh_context.metadata["client_user"] == user.pk
    assert history.pgh_created_at <= timezone.now()


def shown_now() -> str:
    return digest_of(details_held(Client.objects.get()))


def test_an_older_page_does_not_undo_what_was_changed_since(link: ReferralPartnerClientLink) -> None:
    shown = shown_now()
    Client.objects.update(name="Renamed A/S")

    assert confirm(link, shown=shown) == ChangedSince()

    client = Client.objects.get()
    assert (client.name, client.details_confirmed_at) == ("Renamed A/S", None)


def test_after_it_was_shown_what_is_typed_is_saved(link: ReferralPartnerClientLink) -> None:
    Client.objects.update(name="Renamed A/S")

    assert confirm(link, shown=shown_now(), name="Typed A/S") == Saved()


def test_a_second_click_is_no_older_page(link: ReferralPartnerClientLink) -> None:
    shown = shown_now()

    assert [confirm(link, shown=shown, name="Typed A/S") for _ in range(2)] == [Saved(), Saved()]
