"""Whether the process is alive, and whether it can work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from debitura import health
from tests.wire import assert_error


@pytest.fixture
def _nobody_listens(transactional_db: None) -> Iterator[None]:
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "9")
        yield
    connection.close()


def test_alive_asks_nothing_of_the_database(client: Client, db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/healthz")

    assert (response.status_code, response.json(), len(asked)) == (200, {"status": "ok"}, 0)


@pytest.mark.usefixtures("_nobody_listens")
def test_without_a_database_it_is_alive_but_not_ready(client: Client) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()) == (503, {"status": "database unreachable"})


def test_with_every_migration_it_is_ready_and_has_written_nothing(client: Client, db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert {each["sql"].split()[0] for each in asked} == {"SELECT"}


def test_asking_costs_one_statement_and_the_migrations_are_read_once(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/readyz")
    monkeypatch.setattr(health, "MigrationLoader", lambda *_: pytest.fail("read the migrations again"))

    with CaptureQueriesContext(connection) as asked:
        response = client.get("/readyz")

    assert (response.status_code, len(asked)) == (200, 1)


def test_a_database_that_may_lose_what_it_acknowledged_is_not_for_production(
    client: Client, db: None, settings: Settings
) -> None:
    settings.DATABASE_MUST_BE_DURABLE = True
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        lossy = client.get("/readyz")
        cursor.execute("SET LOCAL synchronous_commit = on")
        durable = client.get("/readyz")

    assert (lossy.status_code, lossy.json()["status"]) == (
        503,
        "the database may lose what it acknowledged: synchronous_commit off",
    )
    assert durable.status_code == 200


def test_with_a_migration_missing_it_is_not_ready(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"status": "migrations missing"})


def test_a_database_without_any_table_is_not_ready(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO somewhere_else")

    assert client.get("/readyz").json() == {"status": "migrations missing"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_neither_needs_a_key_a_session_or_tls(client: Client, db: None, settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(path)

    assert (response.status_code, response.cookies) == (200, {})
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get("/clients/tenant-1").status_code == 403


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_neither_takes_anything(client: Client, db: None, path: str) -> None:
    assert_error(client.post(path, headers={"Accept": "text/html"}), 405, "MethodNotAllowed")
