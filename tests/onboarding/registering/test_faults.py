"""A fault at every single statement of a call with cases: all of it or nothing, and the retry ends where it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Case, SubmittedCase
from clients.models import Agreement, Client
from tests.cases.bodies import COVERED, UNCOVERED, referring, results
from tests.conftest import caller
from tests.make import make_coverage, make_first_agreement, make_partner, make_rate, registration_body
from tests.race import second_connection
from tests.rows import everything_but_keys

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SENT = [referring(COVERED, "A"), UNCOVERED, referring(COVERED, "C"), COVERED]
EXPECTED = (["A", "C", None], [(1, None, "NoPartnerAvailable")])

type Fault = Callable[[], None]


@pytest.fixture
def api(transactional_db: None) -> APIClient:
    if Agreement.objects.current() is None:
        make_first_agreement()
    make_coverage(country="DE")
    make_rate()
    api = caller(make_partner())
    api.raise_request_exception = False
    api.get("/clients/nobody")  # the use of the key is written once a minute
    return api


def body(name: str) -> dict[str, Any]:
    """A client of its own, by name."""
    users = [{"name": "Jane Ann Doe", "email": f"jane@{name}.test"}]
    return {**registration_body(name, supportEmail=f"office@{name}.test", users=users), "cases": SENT}


def fail() -> None:
    raise DatabaseError("a fault")


def cut() -> None:
    """End this very session, as a network or an administrator does."""
    pid = connection.connection.info.backend_pid
    with second_connection() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@contextmanager
def at_statement(place: int, fault: Fault) -> Iterator[None]:
    """Let this happen right before the statement at this place; later ones run as ever."""
    seen = iter(range(10_000))

    def run(execute: Any, *rest: Any) -> Any:
        if next(seen) == place:
            fault()
        return execute(*rest)

    with connection.execute_wrapper(run):
        yield


def statements_of_a_call(api: APIClient) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert api.post("/clients", body("first")).status_code == 202
    return len([each for each in asked if not each["sql"].startswith(("BEGIN", "COMMIT"))])


@pytest.mark.parametrize("fault", [fail, cut])
def test_a_fault_at_any_statement_leaves_all_or_nothing_and_the_retry_converges(api: APIClient, fault: Fault) -> None:
    number = statements_of_a_call(api)
    assert number > 8

    told = [_broken_and_retried(api, f"broken{place}", at_statement(place, fault)) for place in range(number)]

    assert told == [EXPECTED] * number
    assert Client.objects.count() == number + 1
    assert Case.objects.count() == 3 * (number + 1)
    assert SubmittedCase.objects.count() == 4 * (number + 1)


def test_a_connection_that_is_cut_before_the_commit_leaves_nothing(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = connection._commit  # type: ignore[attr-defined]

    def cut_and_commit() -> None:
        cut()
        commit()

    @contextmanager
    def broken() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(connection, "_commit", cut_and_commit)
            yield

    assert _broken_and_retried(api, "uncommitted", broken()) == EXPECTED


def _broken_and_retried(api: APIClient, name: str, broken: Any) -> Any:
    before = everything_but_keys()
    with broken:
        answer = api.post("/clients", body(name))
    connection.close()
    broken_off = everything_but_keys()
    retried = api.post("/clients", body(name))
    assert (answer.status_code in (500, 503), retried.status_code) == (True, 202)
    assert broken_off in (before, everything_but_keys()), "neither nothing nor all"
    return results(retried)
