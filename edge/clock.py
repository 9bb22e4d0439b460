"""One clock for what is decided: the database's, since those of web servers differ; and how people read a moment."""

from datetime import UTC, datetime
from typing import cast

from django.db import connection
from django.db.models import DateTimeField, Func


class ClockTimestamp(Func):
    """The database's clock at this very row; Now() stands still for a statement, and web servers' clocks differ."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def database_time() -> datetime:
    """Ask the database what time it is now, not when the transaction began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    return cast(datetime, now)


def for_people(moment: datetime) -> str:
    """Write a moment as people do, to the minute: `24 November 2026, 14:20 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"
