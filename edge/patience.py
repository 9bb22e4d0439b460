"""Wait for locks longer than other statements may, and without holding connections."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections

from edge.postgresql.connections import PATIENCE, Connection

# The ORM cannot change settings.
SET = "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)"


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """
    Let each statement of the block wait this long for a lock. Needs a transaction.

    If a statement fails, the end of the transaction restores the time-outs.
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
    """Extend the time-out that a connection of the web process has of its own."""
    if not isinstance(raw, Connection):
        yield
        return
    raw.patience = seconds
    try:
        yield
    finally:
        raw.patience = PATIENCE


def give_connections_back() -> None:
    """Give this thread's connections back while it waits; one in a transaction is kept."""
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close()
