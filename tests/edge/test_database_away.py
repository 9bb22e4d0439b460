"""When the database is away or busy: a 503 that says when to come back, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone
from psycopg import errors
from rest_framework.test import APIClient

from clients.models import Agreement, Client
from edge.database_away import is_database_away
from onboarding.registering import locks
from onboarding.registering.locks import advisory_key, take_advisory_locks
from partners.models import ApiKey, ReferralPartner
from tests.conftest import caller
from tests.make import make_client, make_first_agreement, make_partner, registration_body
from tests.race import in_thread, second_connection, wait_until_blocked
from tests.wire import assert_error

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGE = "We are busy for a moment. What you asked for may have been done or not: please send the same request again."


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
def test_a_lock_that_cannot_be_had_in_time_is_a_503_and_nothing_is_done(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "SECONDS_FOR_A_NAME", 0.05)
    with second_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key("email:jane@acme.test")])

        assert_come_back_later(api.post("/clients", registration_body()))

    assert not Client.objects.exists()
    assert api.post("/clients", registration_body()).status_code == 202


def test_a_name_that_many_calls_are_about_is_waited_for_longer_than_a_row(api: APIClient, impatient: Any) -> None:
    """Fifty calls that name one new bookkeeper: each works for a moment, and the last has waited for all of them."""
    with ThreadPoolExecutor(1) as pool:
        with second_connection() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key("email:jane@acme.test")])
            letting_go = in_thread(pool, lambda: let_go_later(other))
            created = api.post("/clients", registration_body())
        letting_go.result()

    assert created.status_code == 202


def let_go_later(other: Any) -> None:
    wait_until_blocked()
    sleep(0.2)
    other.execute("ROLLBACK")


@pytest.mark.parametrize("held", [True, False])
def test_whoever_has_waited_for_a_name_is_as_impatient_as_before(impatient: Any, held: bool) -> None:
    with transaction.atomic():
        with second_connection() as other, ThreadPoolExecutor(1) as pool:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key("a" if held else "b")])
            letting_go = in_thread(pool, lambda: let_go_later(other)) if held else None
            take_advisory_locks(["a"])
            other.execute("ROLLBACK")
        impatient.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        found = impatient.fetchone()

    assert letting_go is None or letting_go.done()
    assert found == ("50ms", "400ms")


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


def test_a_database_that_takes_no_writes_can_still_be_read(api: APIClient) -> None:
    """A standby: a client's state is told, again and again, though the key's use cannot be noted."""
    api.post("/clients", registration_body())
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

        statuses = [api.get("/clients/tenant-1").status_code, api.post("/clients", registration_body()).status_code]

        assert_come_back_later(api.post("/clients", registration_body("tenant-2")))
    connection.close()
    assert statuses == [200, 202]


def test_a_key_whose_row_is_being_changed_is_not_waited_for(api: APIClient, impatient: Any) -> None:
    with second_connection() as other:
        other.execute("UPDATE partners_apikey SET label = 'x'")

        assert api.get("/clients").status_code == 200


def test_a_table_of_keys_that_is_being_indexed_is_not_waited_for_to_the_end(api: APIClient, impatient: Any) -> None:
    with second_connection() as other:
        other.execute("LOCK TABLE partners_apikey IN SHARE MODE")

        assert api.get("/clients").status_code == 200


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
        psycopg.OperationalError("no connection became free"),
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
