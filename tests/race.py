"""Force two transactions to meet: with a barrier inside the code, or a second connection that holds a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

PATIENCE = 1.5


class Meeting:
    """A place where so many threads wait for each other; those that others keep away are not waited for long."""

    def __init__(self, parties: int = 2, *, patience: float = PATIENCE) -> None:
        self._barrier = threading.Barrier(parties)
        self._patience = patience

    def before[**P, R](self, act: Callable[P, R]) -> Callable[P, R]:
        """The same function, begun only when all have come or patience has run out."""

        def met(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                self._barrier.wait(timeout=self._patience)
            except threading.BrokenBarrierError:
                return act(*args, **kwargs)
            return act(*args, **kwargs)

        return met


def at_once[R](*acts: Callable[[], R]) -> list[R]:
    """Do all of these in threads of their own, each with its own connection; what they returned, in order."""
    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return [future.result(timeout=60) for future in [in_thread(pool, act) for act in acts]]


def in_thread[R](pool: ThreadPoolExecutor, act: Callable[[], R]) -> Future[R]:
    """Begin this; its connection is closed at the end, or the test database could not be dropped."""

    def act_and_close() -> R:
        try:
            return act()
        finally:
            connections.close_all()

    return pool.submit(act_and_close)


@contextmanager
def second_connection() -> Iterator[Any]:
    """Another session of the test's database, in a transaction of its own that ends with the block."""
    other = connection.copy(alias="default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            yield cursor
        other.commit()
    finally:
        other.close()


def wait_until_blocked(sessions: int = 1) -> None:
    """Return when so many sessions wait for a lock."""
    for _ in range(400):
        with connection.cursor() as cursor:
            # A transaction goes on seeing what it saw first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= sessions:
                return
        time.sleep(0.01)
    pytest.fail(f"{sessions} sessions did not come to wait for a lock")


@contextmanager
def taken_out(drop: str, restore: str) -> Iterator[None]:
    """The database without one of its rules, to show what it is good for; rows that break it go before it is back."""
    with connection.cursor() as cursor:
        cursor.execute(drop)
    try:
        yield
    finally:
        from django.core.management import call_command

        call_command("flush", interactive=False, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(restore)
