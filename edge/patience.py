"""Waiting for a lock longer than other statements may."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections

from edge.postgresql.connections import PATIENCE, Connection

# Settings are of no table, which the ORM would want.
SET = "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)"


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """
    Let each statement of this block wait so long for a lock; inside a transaction.

    Where a statement fails, the transaction's end takes the time-outs back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        before = cursor.fetchone()
        cursor.execute(SET, [f"{seconds * 1000:.0f}ms", f"{seconds * 1000 + 1000:.0f}ms"])
        with _patient(connection.connection, seconds + 2):
            yield
        cursor.execute(SET, before)


@contextmanager
def _patient(raw: object, seconds: float) -> Iterator[None]:
    """A connection of the web process looks at the clock itself."""
    if not isinstance(raw, Connection):
        yield
        return
    raw.patience = seconds
    try:
        yield
    finally:
        raw.patience = PATIENCE


def give_connections_back() -> None:
    """Let others have this thread's connections while it waits; in a transaction it keeps them."""
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close()
