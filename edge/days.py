"""Days of documents: the day that is written, whatever time and offset come after it (product-rules 7)."""

from __future__ import annotations

import datetime
import re

from pydantic_core import PydanticCustomError

from edge.text import trimmed

# A day of ISO 8601, and what programs write after it when they only have moments; no second 60, no hour 24.
TIME = r"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-5]\d(?:[.,]\d{1,12})?)?)?"
OFFSET = r" ?(?:[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)"
WRITTEN = re.compile(rf"([0-9W-]{{7,10}})(?:[Tt ]{TIME}(?:{OFFSET})?)?", re.ASCII)
LONGEST = 60
# Before it are the days that programs write for none, as .NET does with 0001-01-01; no claim is that old.
EARLIEST = datetime.date(1970, 1, 1)
FIRST_ON_EARTH = datetime.timedelta(hours=14)


def read_day(sent: object) -> datetime.date | None:
    """Return the day that is written, and None for one that stands for none; for schemas."""
    if not isinstance(sent, str):
        raise PydanticCustomError("day", "Must be a day as a string, such as 2026-01-31.")
    written = WRITTEN.fullmatch(trimmed(sent)) if len(sent) <= LONGEST else None
    try:
        day = datetime.date.fromisoformat(written[1]) if written else None
    except ValueError:
        day = None
    if day is None:
        raise PydanticCustomError("day", "Not a day. Write it as 2026-01-31.")
    return day if day >= EARLIEST else None


def is_in_the_future(day: datetime.date, *, at: datetime.datetime) -> bool:
    """Whether no place on earth has this day yet."""
    return day > (at.astimezone(datetime.UTC) + FIRST_ON_EARTH).date()
