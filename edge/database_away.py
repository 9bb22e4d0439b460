"""When the database is away, and waiting may help."""

from __future__ import annotations

import psycopg
from django.db import InterfaceError, OperationalError

# What a caller can do nothing about but wait: no connection, no lock in time, cut off by a timeout or by a failover.
# Django's classes and psycopg's own, which the pool raises.
DATABASE_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
# SQLSTATEs that are filed elsewhere: a transaction that was ended from outside, and a standby after a failover.
AWAY_STATES = {"25P03", "25P04", "25006"}


def is_database_away(exc: BaseException | None) -> bool:
    """Tell whether waiting may help: no connection, no lock, no answer in time. Not for a statement that is wrong."""
    if isinstance(exc, DATABASE_AWAY):
        return True
    causes = (exc, exc.__cause__ if exc else None)
    return any(getattr(cause, "sqlstate", None) in AWAY_STATES for cause in causes)
