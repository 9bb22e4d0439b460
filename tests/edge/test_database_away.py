"""When the database is away or busy: a 503 that says when to come back, and nothing done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client as Browser
from psycopg import errors
from psycopg_pool import PoolTimeout
from rest_framework.test import APIClient

from clients.models import Agreement, Client
from debitura.edge.errors import is_database_away
from onboarding.locks import advisory_key
from partners.models import ReferralPartner
from tests.conftest import caller
from tests.make import make_client, make_first_agreement, make_partner, registration_body
from tests.race import second_connection
from tests.wire import assert_error

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGE = "We are busy for a moment; nothing was done. Please try again."


@pytest.fixture
def api(transactional_db: None) -> APIClient:
    if Agreement.objects.current() is None:
        make_first_agreement()
    return caller(make_partner())


@pytest.fixture
def impatient() -> Iterator[Any]:
    """The test's connection with the timeouts of the web process, made short."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'; SET statement_timeout = '400ms'")
        yield cursor
    connection.close()


@pytest.fixture
def nobody_listens(api: APIClient) -> Iterator[None]:
    """A server that is not there, once the rows of the test are."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "9")
        yield
    connection.close()


def assert_come_back_later(response: Any) -> None:
    assert assert_error(response, 503, "ServiceUnavailable")["message"] == MESSAGE
    assert response.headers["Retry-After"] == "2"


@pytest.mark.usefixtures("nobody_listens")
def test_without_a_connection_calls_are_told_to_come_back(api: APIClient) -> None:
    assert_come_back_later(api.post("/clients", registration_body()))
    assert_come_back_later(api.get("/clients/tenant-1"))


@pytest.mark.usefixtures("nobody_listens")
def test_without_a_connection_a_page_says_so_to_people(client: Browser) -> None:
    client.raise_request_exception = False
    client.cookies["sessionid"] = "a" * 32

    response = client.get("/admin/", headers={"Accept": "text/html"})

    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert b"One moment, please" in response.content


@pytest.mark.usefixtures("impatient")
def test_a_lock_that_cannot_be_had_in_time_is_a_503_and_nothing_is_done(api: APIClient) -> None:
    with second_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key("email:jane@acme.test")])

        assert_come_back_later(api.post("/clients", registration_body()))

    assert not Client.objects.exists()
    assert api.post("/clients", registration_body()).status_code == 202


@pytest.mark.usefixtures("impatient")
def test_a_client_that_is_being_decided_about_is_a_503(api: APIClient) -> None:
    client = make_client(admin="jane@acme.test")
    with second_connection() as other:
        other.execute("SELECT FROM clients_client WHERE id = %s FOR UPDATE", [client.pk])

        assert_come_back_later(api.post("/clients", registration_body()))


@pytest.mark.usefixtures("impatient")
def test_a_fee_that_is_being_changed_is_waited_for(api: APIClient) -> None:
    partner = ReferralPartner.objects.get()
    with second_connection() as other:
        other.execute("UPDATE partners_referralpartner SET fee_percentage = 50 WHERE id = %s", [partner.pk])

        assert_come_back_later(api.post("/clients", registration_body()))

    assert api.post("/clients", registration_body()).json()["referralFeePercentage"] == 50


def test_a_statement_that_takes_too_long_is_a_503(api: APIClient, impatient: Any) -> None:
    """A table that is being rebuilt; the lock is waited for longer than a statement may take."""
    impatient.execute("SET lock_timeout = 0")
    with second_connection() as other:
        other.execute("LOCK TABLE clients_referralpartnerclientlink IN ACCESS EXCLUSIVE MODE")

        assert_come_back_later(api.get("/clients/tenant-1"))


def test_a_connection_that_breaks_in_the_middle_is_a_503_and_the_next_call_works(api: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    with second_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 1000)", [pid])

    assert_come_back_later(api.post("/clients", registration_body()))
    connection.close_if_unusable_or_obsolete()  # as Django does at the end of each request, but not in tests
    assert api.post("/clients", registration_body()).status_code == 202


def _raised(cause: type[psycopg.Error]) -> DatabaseError:
    """As Django raises what psycopg does."""
    error = DatabaseError()
    error.__cause__ = cause()
    return error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError(),
        InterfaceError("connection already closed"),
        PoolTimeout(),
        _raised(errors.IdleInTransactionSessionTimeout),
        _raised(errors.ReadOnlySqlTransaction),
    ],
)
def test_what_waiting_may_help(error: Exception) -> None:
    assert is_database_away(error)


@pytest.mark.parametrize(
    "error", [None, ValueError(), ProgrammingError(), _raised(errors.UndefinedTable), _raised(errors.UniqueViolation)]
)
def test_what_waiting_does_not_help(error: Exception | None) -> None:
    assert not is_database_away(error)
