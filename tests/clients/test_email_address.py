"""Which addresses stand for a client, and until when (product-rules 3.1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from clients.mail_providers import is_public
from clients.models import Agreement, Client, EmailAddress, EnteredBy
from onboarding.registering.outcomes import AwaitingSignature, LinkedElsewhere
from onboarding.support.release_address import NotHeld, Released, WasProven, release_address
from partners.models import ReferralPartner
from tests.make import make_client, make_first_agreement, make_link, make_partner, make_signature, make_staff
from tests.onboarding.registration import onboard
from tests.race import in_thread, wait_until_blocked

JANE, OFFICE = "jane@acme.test", "office@acme.test"
A_MONTH = timedelta(days=30)


@pytest.fixture
def squatter(db: None, agreement: Agreement, rival: ReferralPartner) -> Client:
    """A client of the rival with an address of its own, which it has proven, and with two of somebody else."""
    client = make_client(admin="mallory@else.test", colleagues=(JANE,), support_email=OFFICE)
    make_link(partner=rival, client=client, tenant_id="theirs")
    prove(client, "mallory@else.test")
    return client


def prove(client: Client, *addresses: str) -> None:
    for address in addresses:
        assert EmailAddress.objects.prove(client, address)


def age(by: timedelta = A_MONTH) -> None:
    EmailAddress.objects.update(entered_at=F("entered_at") - by)


def stands(address: str) -> bool:
    [held] = EmailAddress.objects.held([address])
    return held.stands


# --- What stands ------------------------------------------------------------------------------------


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


# --- What follows for partners ----------------------------------------------------------------------


def test_within_thirty_days_the_real_company_is_a_conflict(squatter: Client, partner: ReferralPartner) -> None:
    assert onboard(partner) == LinkedElsewhere("tenant-1")


def test_after_that_it_is_a_new_client_and_has_its_addresses(squatter: Client, partner: ReferralPartner) -> None:
    age()

    outcome = onboard(partner)

    assert isinstance(outcome, AwaitingSignature)
    assert set(outcome.link.client.addresses.values_list("pk", flat=True)) == {JANE, OFFICE}
    assert set(squatter.addresses.values_list("pk", flat=True)) == {"mallory@else.test"}
    squatter.refresh_from_db()
    assert (squatter.support_email, squatter.support_email_key) == (OFFICE, None)
    assert squatter.users.get(email=JANE).email_key is None


def test_who_enters_them_again_keeps_the_real_company_out_no_longer(
    squatter: Client, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    age()
    again = onboard(rival, "theirs-again")

    outcome = onboard(partner)

    assert isinstance(again, AwaitingSignature)
    assert isinstance(outcome, AwaitingSignature)
    assert set(outcome.link.client.addresses.values_list("pk", flat=True)) == {JANE, OFFICE}


def test_another_partner_has_thirty_days_of_its_own(squatter: Client, partner: ReferralPartner) -> None:
    age()
    onboard(partner)

    assert stands(JANE)


def test_what_does_not_stand_any_more_matches_beside_nothing_that_does(
    squatter: Client, partner: ReferralPartner
) -> None:
    """Jane's address has lapsed; only the client of the other address is meant."""
    age()
    mine = make_link(partner=partner, client=make_client(admin="mine@mine.test"), tenant_id="mine")

    outcome = onboard(partner, support_email="mine@mine.test")

    assert outcome == type(outcome)(mine.external_tenant_id)  # type: ignore[call-arg, arg-type]
    assert EmailAddress.objects.get(pk=JANE).client == squatter


def test_a_signed_client_keeps_what_it_has_proven(
    agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    link = make_link(partner=rival, client=make_client(admin=JANE, support_email=OFFICE), tenant_id="theirs")
    prove(link.client, JANE)
    make_signature(link)
    age(timedelta(days=400))

    assert onboard(partner) == LinkedElsewhere("tenant-1")


def test_a_new_client_takes_few_statements_also_where_it_takes_addresses(
    partner: ReferralPartner, agreement: Agreement, squatter: Client
) -> None:
    age()
    with CaptureQueriesContext(connection) as taking:
        onboard(partner)
    with CaptureQueriesContext(connection) as fresh:
        onboard(partner, "tenant-2", support_email="o@new.test", people=())

    assert len(fresh) <= 9
    assert len(taking) <= len(fresh) + 7


# --- Support lets go --------------------------------------------------------------------------------


def test_support_lets_go_of_an_address_and_the_next_call_makes_a_new_client(
    squatter: Client, partner: ReferralPartner
) -> None:
    facts: dict[str, Any] = {"client": squatter, "by": make_staff("Support"), "why": "The company called"}

    outcomes = [release_address(address=address, **facts) for address in (JANE, OFFICE, JANE)]

    assert outcomes == [Released(), Released(), NotHeld()]
    assert isinstance(onboard(partner), AwaitingSignature)


def test_support_cannot_let_go_of_what_was_proven(squatter: Client) -> None:
    facts: dict[str, Any] = {"client": squatter, "by": make_staff("Support"), "why": "The company called"}

    assert release_address(address="mallory@else.test", **facts) == WasProven()


def test_another_clients_address_cannot_be_let_go_of_through_this_one(squatter: Client) -> None:
    other = make_client(admin="ib@other.test")
    facts: dict[str, Any] = {"client": squatter, "by": make_staff("Support"), "why": "The company called"}

    assert release_address(address="ib@other.test", **facts) == NotHeld()
    assert other.addresses.filter(pk="ib@other.test").exists()


# --- Keys of before ---------------------------------------------------------------------------------


def old_key(client: Client, email: str, key: str) -> None:
    """An admin with an address and the key that it had before keys were mailboxes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("ALTER TABLE clients_emailaddress DROP CONSTRAINT IF EXISTS address_is_a_mailbox_in_lower_case")
    EmailAddress.objects.create(address=key, client=client)
    client.users.create(name="Of before", email=email, email_key=key, role="CreditorAdmin")


def compute_keys_anew() -> None:
    import_module("clients.migrations.0011_keys_of_addresses_anew").compute_keys_anew(apps, None)


def test_keys_are_computed_anew(db: None) -> None:
    client = make_client()
    old_key(client, "u@straße.example", "u@strasse.example")

    compute_keys_anew()
    compute_keys_anew()

    assert client.users.get(name="Of before").email_key == "u@xn--strae-oqa.example"
    assert not EmailAddress.objects.filter(pk="u@strasse.example").exists()


@pytest.mark.parametrize(
    ("email", "key"),
    [("admin@lumiere。example", "admin@lumiere。example"), ("=?utf-8?q?a?=@acme.test", "=?utf-8?q?a?=@acme.test")],
)
def test_what_clashes_or_is_no_mailbox_is_left_to_support_and_nothing_fails(db: None, email: str, key: str) -> None:
    rivals = make_client(admin="admin@lumiere.example")
    client = make_client()
    old_key(client, email, key)

    compute_keys_anew()

    assert client.users.get(name="Of before").email_key is None
    assert rivals.users.get().email_key == "admin@lumiere.example"
    assert set(EmailAddress.objects.exclude(client=rivals)) == set(EmailAddress.objects.filter(client=client))


@pytest.mark.parametrize("key", ["Jane@acme.test", "jane@straße.example", "jane", "jane@acme.test ", "a b@acme.test"])
def test_no_key_is_anything_but_a_mailbox(db: None, key: str) -> None:
    with pytest.raises(IntegrityError, match="address_is_a_mailbox_in_lower_case"), transaction.atomic():
        EmailAddress.objects.create(address=key, client=make_client())


def test_what_was_proven_before_is_known(agreement: Agreement) -> None:
    signed = make_link(client=make_client(admin=JANE), tenant_id="t-1")
    make_signature(signed, signer_user_id=signed.client.users.get().pk, signer_email=JANE)
    never = make_client(admin="ib@other.test")
    migration = import_module("onboarding.migrations.0006_what_was_proven_before")

    with connection.cursor() as cursor:
        cursor.execute(migration.PROVEN)
        cursor.execute(migration.ENTERED)

    assert EmailAddress.objects.get(pk=JANE).proven_at is not None
    assert EmailAddress.objects.get(pk="ib@other.test").proven_at is None
    assert EmailAddress.objects.get(pk="ib@other.test").entered_at == never.created_at


# --- At once ----------------------------------------------------------------------------------------


def test_who_proves_an_address_while_it_is_taken_keeps_it(transactional_db: None) -> None:
    """The call has found that the address does not stand any more, and waits for the client that is proving it."""
    if Agreement.objects.current() is None:
        make_first_agreement()
    client = make_link(client=make_client(admin=JANE), tenant_id="theirs").client
    partner = make_partner()
    age()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Client.objects.lock().get(pk=client.pk)
            calling = in_thread(pool, partial(onboard, partner, support_email="new@new.test"))
            wait_until_blocked()
            prove(client, JANE)
        outcome = calling.result(timeout=10)

    assert outcome == LinkedElsewhere("tenant-1")
    assert EmailAddress.objects.get(pk=JANE).client == client
