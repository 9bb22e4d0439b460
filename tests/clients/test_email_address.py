"""Which addresses stand for a client, and until when (product-rules 3.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clients.mail_providers import is_public
from clients.models import Client, EmailAddress, EnteredBy
from tests.clients.conftest import A_MONTH, JANE, age, prove, stands
from tests.make import make_client


def test_what_a_partner_entered_stands_for_thirty_days(squatter: Client) -> None:
    age(A_MONTH - timedelta(seconds=5))
    until_then = stands(JANE)
    age(timedelta(seconds=5))

    assert (until_then, stands(JANE)) == (True, False)


def test_how_long_is_a_setting(squatter: Client, settings: Any) -> None:
    settings.UNPROVEN_ADDRESSES_STAND_FOR_DAYS = 2
    age(timedelta(days=2))

    assert not stands(JANE)


@pytest.mark.parametrize("proven", [JANE, "ann@acme.test"], ids=["itself", "another at its domain"])
def test_what_is_proven_stands_for_good_and_so_does_its_domain(db: None, proven: str) -> None:
    client = make_client(admin=JANE, colleagues=("ann@acme.test",))
    prove(client, proven)
    age(timedelta(days=3650))

    assert stands(JANE)


def test_a_proof_at_a_public_provider_says_nothing_about_another_address_there(db: None) -> None:
    client = make_client(admin="jane.of.acme@gmail.com", colleagues=("rival@gmail.com",))
    prove(client, "jane.of.acme@gmail.com")
    age()

    assert (stands("jane.of.acme@gmail.com"), stands("rival@gmail.com")) == (True, False)


def test_a_proof_of_another_client_at_the_domain_says_nothing(db: None) -> None:
    make_client(admin=JANE)
    prove(make_client(admin="ann@acme.test"), "ann@acme.test")
    age()

    assert not stands(JANE)


def test_a_domain_at_which_two_clients_have_proven_addresses_is_nobodys_own(db: None) -> None:
    client = make_client(admin=JANE, colleagues=("ann@acme.test",))
    prove(client, "ann@acme.test")
    age()
    before = stands(JANE)
    prove(make_client(admin="ib@acme.test"), "ib@acme.test")

    assert (before, stands(JANE), stands("ann@acme.test")) == (True, False, True)


@pytest.mark.parametrize(("by", "does"), [("Partner", True), ("Staff", True), ("Client", False)])
def test_what_a_client_adds_on_its_own_pages_waits_for_its_proof(db: None, by: str, does: bool) -> None:
    client = make_client()

    EmailAddress.objects.register(client, ["new@else.test"], by=EnteredBy(by))

    assert stands("new@else.test") is does
    prove(client, "new@else.test")
    assert stands("new@else.test")


@pytest.mark.parametrize(
    "domain", ["gmail.com", "gmx.de", "web.de", "outlook.com", "orange.fr", "wp.pl", "telia.com", "pec.it"]
)
def test_who_gives_an_address_to_everybody_is_known(domain: str) -> None:
    assert is_public(domain)
    assert not is_public(f"{domain.partition('.')[0]}-holding.test")
