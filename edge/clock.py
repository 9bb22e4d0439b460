"""One clock for what is decided: the database's, since those of web servers differ; and moments as people mean them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from django.db import connection
from django.db.models import DateTimeField, Func


class ClockTimestamp(Func):
    """The database's clock at this very row; Now() stands still for a statement, and web servers' clocks differ."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def database_time() -> datetime:
    """Ask the database what time it is now, not when the transaction began."""
    with connection.cursor() as cursor:  # of no table, which the ORM would want
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    return cast(datetime, now)


def end_of(day: date) -> datetime:
    """The first moment after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC)


def for_people(moment: datetime) -> str:
    """Write a moment as people do, to the minute: `24 November 2026, 14:20 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"
