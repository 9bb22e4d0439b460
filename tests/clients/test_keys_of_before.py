"""Keys of addresses, and proofs, from before they were kept as they are now."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from clients.models import Agreement, Client, EmailAddress
from tests.clients.conftest import JANE
from tests.make import make_client, make_link, make_signature


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
