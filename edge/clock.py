"""The database's clock, which decides, since those of web servers differ; and moments as people write them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from django.db import connection
from django.db.models import DateTimeField, Func


class ClockTimestamp(Func):
    """The database's clock when this very row is processed; Now() is the time at which the statement began."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def database_time() -> datetime:
    """The time by the database's clock now, not when the transaction began."""
    with connection.cursor() as cursor:  # the ORM cannot query without a table
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    return cast(datetime, now)


def end_of(day: date) -> datetime:
    """The first moment after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC)


def for_people(moment: datetime) -> str:
    """A moment as people write it, to the minute: `24 November 2026, 14:20 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"
