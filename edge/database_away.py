"""Recognise when the database is away, so that waiting may help."""

from __future__ import annotations

import psycopg
from django.db import InterfaceError, OperationalError

# Callers can only wait: no connection, no lock in time, cut off by a timeout or a failover. Django's classes, and
# psycopg's own, which edge.postgresql raises.
DATABASE_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
# SQLSTATEs that have other classes: transactions ended by a timeout, and a read-only standby after a failover.
AWAY_STATES = {"25P03", "25P04", "25006"}


def is_database_away(exc: BaseException | None) -> bool:
    """Whether waiting may help: no connection, no lock or no answer in time. False for an error in the statement."""
    if isinstance(exc, DATABASE_AWAY):
        return True
    causes = (exc, exc.__cause__ if exc else None)
    return any(getattr(cause, "sqlstate", None) in AWAY_STATES for cause in causes)
