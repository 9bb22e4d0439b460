"""The connections of the web process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.pq import TransactionStatus

from edge import patience
from edge.postgresql import base, connections
from edge.postgresql.connections import Connection, Connections
from tests.race import second_connection
from tests.server import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parameters(transactional_db: None) -> dict[str, Any]:
    """How to connect to the test's database."""
    return {**connection.get_connection_params(), "autocommit": True, "connect_timeout": 2}


@pytest.fixture
def nowhere(parameters: dict[str, Any]) -> dict[str, Any]:
    """How to connect to a server that refuses."""
    return {**parameters, "host": "127.0.0.1", "port": free_port()}


@pytest.fixture
def shared() -> Iterator[Connections]:
    """Two of them; none is left open."""
    shared = Connections(2)
    yield shared
    while (left := shared._newest()) is not None:
        left.close()


@contextmanager
def frozen(*which: Connection) -> Iterator[None]:
    """What serves these says nothing for a while, and goes on then."""
    if settings.EMBEDDED_POSTGRES is None:
        pytest.skip("the server is not ours to freeze")
    pids = [each.info.backend_pid for each in which]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def seconds_since(began: float) -> float:
    return time.monotonic() - began


def test_a_connection_is_used_again(shared: Connections, parameters: dict[str, Any]) -> None:
    first = shared.take(parameters)
    shared.give_back(first)

    assert shared.take(parameters) is first
    shared.give_back(first)


def test_there_are_never_more_than_so_many(
    shared: Connections, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_FOR_A_PLACE", 0.05)
    both = [shared.take(parameters), shared.take(parameters)]

    with pytest.raises(psycopg.OperationalError, match="no connection became free"):
        shared.take(parameters)
    shared.give_back(both[0])

    assert shared.take(parameters) is both[0]
    list(map(shared.give_back, both))


def test_one_that_was_ended_is_replaced_before_it_is_handed_out(
    shared: Connections, parameters: dict[str, Any]
) -> None:
    first = shared.take(parameters)
    shared.give_back(first)
    with second_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 2000)", [first.info.backend_pid])

    second = shared.take(parameters)

    assert (second is first, second.execute("SELECT 1").fetchone()) == (False, (1,))
    shared.give_back(second)


def test_one_that_was_used_lately_is_not_asked_whether_it_lives(
    shared: Connections, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.give_back(shared.take(parameters))
    monkeypatch.setattr(Connection, "execute", lambda *_: pytest.fail("asked"))

    shared.give_back(shared.take(parameters))


def test_one_that_was_left_in_the_middle_of_something_is_not_used_again(
    shared: Connections, parameters: dict[str, Any]
) -> None:
    first = shared.take(parameters)
    first.execute("BEGIN")
    assert first.pgconn.transaction_status == TransactionStatus.INTRANS

    shared.give_back(first)

    second = shared.take(parameters)
    assert (second is first, first.closed) == (False, True)
    shared.give_back(second)


@pytest.mark.parametrize(("limit", "kept"), [("LIFE", 0), ("KEPT_UNUSED_FOR", 1)])
def test_old_ones_are_closed(
    shared: Connections, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch, limit: str, kept: int
) -> None:
    first, second = shared.take(parameters), shared.take(parameters)
    shared.give_back(first)
    time.sleep(0.02)
    monkeypatch.setattr(connections, limit, 0.01)

    shared.give_back(second)

    assert [first.closed, second.closed].count(False) == 1
    assert (len(shared._idle), second.closed) == (1, kept == 0)


def test_a_server_that_refuses_is_an_error_at_once(shared: Connections, nowhere: dict[str, Any]) -> None:
    began = time.monotonic()

    for _ in range(5):
        with pytest.raises(psycopg.OperationalError):
            shared.take(nowhere)

    assert seconds_since(began) < 0.5


def test_the_first_request_after_an_outage_ends_it(
    shared: Connections, nowhere: dict[str, Any], parameters: dict[str, Any]
) -> None:
    for _ in range(3):
        with pytest.raises(psycopg.OperationalError):
            shared.take(nowhere)

    shared.give_back(shared.take(parameters))


def test_while_one_request_tries_a_silent_server_the_others_do_not_wait(
    shared: Connections, nowhere: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(psycopg.OperationalError):
        shared.take(nowhere)
    trying, over = Event(), Event()

    def connect(**_: Any) -> Connection:
        trying.set()
        over.wait(timeout=5)
        raise psycopg.errors.ConnectionTimeout

    monkeypatch.setattr(Connection, "connect", connect)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shared.take, nowhere)
        trying.wait(timeout=5)
        with pytest.raises(psycopg.OperationalError, match="another request is trying"):
            shared.take(nowhere)
        over.set()

        assert isinstance(first.exception(timeout=5), psycopg.errors.ConnectionTimeout)


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_patience_lasts(
    shared: Connections, parameters: dict[str, Any]
) -> None:
    """Neither TCP nor a unix socket would tell."""
    taken = shared.take(parameters)
    taken.patience = 0.3
    began = time.monotonic()

    with frozen(taken), pytest.raises(psycopg.OperationalError):
        taken.execute("SELECT 1")

    assert (seconds_since(began) < 1, taken.closed) == (True, True)
    shared.give_back(taken)


def test_connections_to_a_server_that_says_nothing_are_all_given_up(
    shared: Connections, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TRUSTED_FOR", 0)
    monkeypatch.setattr(connections, "PATIENCE_OF_A_CHECK", 0.2)
    both = [shared.take(parameters), shared.take(parameters)]
    list(map(shared.give_back, both))
    began = time.monotonic()

    with frozen(*both), pytest.raises(psycopg.OperationalError):
        shared.take(parameters)

    assert (seconds_since(began) < 1, [each.closed for each in both]) == (True, [True, True])


def test_who_has_waited_for_a_silent_server_does_not_wait_for_it_again(
    shared: Connections, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django asks for another connection as soon as a transaction has failed for want of one."""
    monkeypatch.setattr(connections, "LEFT_ALONE_FOR", 0.2)
    taken = shared.take(parameters)
    taken.patience = 0.1
    with frozen(taken), pytest.raises(psycopg.OperationalError):
        taken.execute("SELECT 1")
    shared.give_back(taken)

    with pytest.raises(psycopg.OperationalError, match="said nothing a moment ago"):
        shared.take(parameters)
    time.sleep(0.2)
    shared.give_back(shared.take(parameters))


def test_the_web_process_takes_from_these_and_gives_back(
    parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_connections", {})
    database = base.DatabaseWrapper({**connection.settings_dict, "SHARED_CONNECTIONS": 1})
    pids = []
    for _ in range(2):
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        raw = database.connection
        database.close()

    assert pids[0] == pids[1]
    assert (database.connection, raw.closed) == (None, False)
    raw.close()


def test_where_more_patience_is_asked_for_the_connection_has_it_too(
    parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Connection.connect(**parameters)
    monkeypatch.setattr(patience, "connection", SimpleNamespace(connection=raw, cursor=raw.cursor))
    with raw:
        before = raw.patience
        with patience.patience(10):
            during = raw.patience

        assert (before, during, raw.patience) == (5, 12, 5)
