"""Parse the dates of documents: the day as written, whatever time and offset follow it (product-rules 7)."""

from __future__ import annotations

import datetime
import re

from pydantic_core import PydanticCustomError

from edge.text import trimmed

# The time after a day in ISO 8601, from programs that only have moments; no second 60, no hour 24.
TIME = r"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-5]\d(?:[.,]\d{1,12})?)?)?"
# With the zone in brackets as Java writes it (RFC 9557), or spelt out as Ruby and Go do.
OFFSET = r" ?(?:[Zz]|UTC|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)(?: UTC|\[[A-Za-z0-9_/+-]{1,40}\])?"
AFTER_IT = rf"(?:[Tt ]{TIME}(?:{OFFSET})?|{OFFSET})?"
WRITTEN = re.compile(rf"(\d{{4}}-\d\d-\d\d|\d{{8}}|\d{{4}}-W\d\d-\d|\d{{4}}W\d{{3}}){AFTER_IT}", re.ASCII)
# MySQL's zero date, and what PHP makes of it.
NO_DAY = re.compile(rf"(?:0000|-\d{{4}})-\d\d-\d\d{AFTER_IT}", re.ASCII)
LONGEST = 100
# Earlier days are what programs write for none: .NET 0001-01-01, Unix 1970-01-01; no claim is that old.
EARLIEST = datetime.date(1970, 1, 2)
FIRST_ON_EARTH = datetime.timedelta(hours=14)


def read_day(sent: object) -> datetime.date | None:
    """Return the day as written, or None for a placeholder such as 0001-01-01; raises the field's error."""
    if not isinstance(sent, str):
        raise PydanticCustomError("day", "Must be a day as a string, such as 2026-01-31.")
    text = trimmed(sent) if len(sent) <= LONGEST else ""
    if NO_DAY.fullmatch(text):
        return None
    written = WRITTEN.fullmatch(text)
    try:
        day = datetime.date.fromisoformat(written[1]) if written else None
    except ValueError:
        day = None
    if day is None:
        raise PydanticCustomError("day", "Not a day. Write it as 2026-01-31.")
    return day if day >= EARLIEST else None


def is_in_the_future(day: datetime.date, *, at: datetime.datetime) -> bool:
    """Whether this day has not begun anywhere on earth."""
    return day > (at.astimezone(datetime.UTC) + FIRST_ON_EARTH).date()
