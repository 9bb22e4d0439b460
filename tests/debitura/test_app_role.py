"""What the database refuses the web process's role of docs/app_role.sql, and what it refuses everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from psycopg.errors import InsufficientPrivilege, RestrictViolation
from rest_framework.test import APIClient

from clients.models import Agreement, Signature, SignedDocument
from tests.make import make_agreement, make_client, make_link, make_partner, registration_body

APP_ROLE = (Path(__file__).parents[2] / "docs" / "app_role.sql").read_text()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

LINK = "clients_referralpartnerclientlink"
HISTORY = "clients_referralpartnerclientlinkhistory"
NO_RIGHT = {
    "a link's fee": f"UPDATE {LINK} SET fee_percentage = 1",
    "a link's partner": f"UPDATE {LINK} SET partner_id = gen_random_uuid()",
    "a link's tenant id": f"UPDATE {LINK} SET external_tenant_id = 'tenant-2'",
    "a link": f"DELETE FROM {LINK}",
    "all links": f"TRUNCATE {LINK} CASCADE",
    "a client": "DELETE FROM clients_client",
    "all clients": "TRUNCATE clients_client CASCADE",
    "a signature": "UPDATE clients_signature SET signer_name = 'Somebody Else'",
    "a signature's row": "DELETE FROM clients_signature",
    "all signatures": "TRUNCATE clients_signature CASCADE",
    "a document": "UPDATE clients_signeddocument SET renderer = 'another'",
    "a document's row": "DELETE FROM clients_signeddocument",
    "all documents": "TRUNCATE clients_signeddocument",
    "all agreements": "TRUNCATE clients_agreement CASCADE",
    "a published agreement's row": "DELETE FROM clients_agreement",
    "history": f"UPDATE {HISTORY} SET fee_percentage = 1",
    "history's row": f"DELETE FROM {HISTORY}",
    "all history": f"TRUNCATE {HISTORY}",
}
RIGHT_BUT_NOT_NOW = {
    "a published agreement": "UPDATE clients_agreement SET text = 'Something else' WHERE published_at IS NOT NULL",
    "a publication": "UPDATE clients_agreement SET published_at = NULL, required_from = NULL",
    "an archived link back": f"UPDATE {LINK} SET archived_at = NULL",
    "an archived link's time": f"UPDATE {LINK} SET archived_at = archived_at + interval '1 day'",
}
AROUND_THE_TRIGGERS = {
    "triggers off": f"ALTER TABLE {LINK} DISABLE TRIGGER ALL",
    "trigger dropped": f"DROP TRIGGER link_is_frozen ON {LINK}",
    "as a replica": "SET session_replication_role = replica",
    "another function": "CREATE OR REPLACE FUNCTION debitura_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
}


@pytest.fixture
def rows(agreement: Agreement) -> None:
    """A row of everything that is frozen: a signed client whose link was archived."""
    link = make_link(client=make_client(name="Acme A/S"), created_at=NOW)
    with transaction.atomic():
        signature = Signature.objects.create(
            client=link.client,
            agreement=agreement,
            link=link,
            partner=link.partner,
            partner_name=link.partner.name,
            company_name=link.client.name,
            company_details=link.client.details(),
            agreement_sha256=agreement.text_sha256,
            consent="I accept.",
            signer_name="Jane Ann Doe",
            signer_user_id=1,
            signer_email="jane@acme.test",
            address_verified_how="by code",
            address_verified_at=NOW,
            signed_at=NOW,
        )
        pdf = b"%PDF-1.7"
        digest = hashlib.sha256(pdf).hexdigest()
        SignedDocument.objects.create(
            signature=signature, pdf=pdf, sha256=digest, renderer="typst", template_version="1", is_accessible=True
        )
    type(link).objects.filter(pk=link.pk).update(archived_at=NOW)
    # Checks that wait for the commit would be the ones to refuse a TRUNCATE.
    _run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def as_application(db: None) -> Iterator[None]:
    """From here on the test's own statements run with the rights of the web process."""
    _run(APP_ROLE)
    _run("SET LOCAL ROLE debitura_app")
    yield
    _run("RESET ROLE")


@pytest.mark.parametrize("statement", NO_RIGHT.values(), ids=NO_RIGHT.keys())
def test_the_application_has_no_right_to_change(rows: None, as_application: None, statement: str) -> None:
    assert _refusal(statement) is InsufficientPrivilege


@pytest.mark.parametrize("statement", RIGHT_BUT_NOT_NOW.values(), ids=RIGHT_BUT_NOT_NOW.keys())
def test_the_application_cannot_change_any_more(rows: None, as_application: None, statement: str) -> None:
    assert _refusal(statement) is RestrictViolation


@pytest.mark.parametrize("statement", AROUND_THE_TRIGGERS.values(), ids=AROUND_THE_TRIGGERS.keys())
def test_the_application_cannot_get_around_the_triggers(as_application: None, statement: str) -> None:
    assert _refusal(statement) is InsufficientPrivilege


@pytest.mark.parametrize(
    "statement",
    [*NO_RIGHT.values(), *RIGHT_BUT_NOT_NOW.values()],
    ids=[*NO_RIGHT.keys(), *RIGHT_BUT_NOT_NOW.keys()],
)
def test_not_even_the_owner_can_change(rows: None, statement: str) -> None:
    assert _refusal(statement) is RestrictViolation


def test_what_may_happen_to_frozen_rows_still_may(agreement: Agreement, as_application: None) -> None:
    link = make_link()

    assert type(link).objects.filter(pk=link.pk).update(archived_at=link.created_at) == 1
    assert Agreement.objects.filter(pk=make_agreement().pk).update(title="A draft is written on") == 1


def test_the_api_works_with_these_rights(api: APIClient, as_application: None) -> None:
    first = api.post("/clients", registration_body())
    repeated = api.post("/clients", registration_body())
    read = api.get("/clients/tenant-1")

    assert [first.status_code, repeated.status_code, read.status_code] == [202, 202, 200]


@pytest.mark.django_db(transaction=True)
def test_the_role_signs_in_owns_nothing_and_does_not_wait_long() -> None:
    make_partner()
    _run(APP_ROLE)

    with _connect("debitura_app") as application, _connect("debitura_worker") as worker:
        partners = application.execute("SELECT count(*) FROM partners_referralpartner").fetchone()
        owned = application.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
        waits = application.execute(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
        worker_waits = worker.execute("SELECT current_setting('statement_timeout')").fetchone()

    assert partners == (1,)
    assert owned == (0,)
    assert waits == ("2s", "5s", "15s")
    assert worker_waits == ("0",)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _refusal(statement: str) -> type[BaseException] | None:
    """Run this and say how the database refused it; None where it did not."""
    try:
        with transaction.atomic():
            _run(statement)
    except DatabaseError as error:
        return type(error.__cause__) if error.__cause__ else None
    return None


def _connect(role: str) -> psycopg.Connection:
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"] or None, dbname=settings["NAME"], user=role, autocommit=True
    )
