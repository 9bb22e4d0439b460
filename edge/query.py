"""What stands behind the question mark: read as strictly as a body, names in any letter case, all faults at once."""

from __future__ import annotations

import datetime
import re
from contextlib import suppress
from typing import Annotated, get_origin

from django.http import QueryDict
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from edge.days import LONGEST
from edge.errors import name_on_the_wire
from edge.kinds_of_text import OptionalLine
from edge.shapes import Answer, Shape, read, says_nothing
from edge.text import trimmed

MAX_PAGE = 2_147_483_647
MAX_PAGE_SIZE = 100
# What .NET writes for none.
NO_MOMENT = re.compile(r"0001-01-01(?:[Tt ]00:00:00[.0]*[Zz]?)?")
DIGITS = re.compile(r"[0-9]{1,10}")


def read_query[S: Shape](shape: type[S], query_string: str, *, at: datetime.datetime | None = None) -> S:
    """
    Return the parameters in their shape, or raise the 400 that names what is wrong.

    `query_string` is as WSGI has it. It is in UTF-8 whatever charset the request names for its body.
    """
    sent = QueryDict(query_string.encode("latin-1"), encoding="utf-8")
    repeatable = {
        name_on_the_wire(name).casefold()
        for name, field in shape.model_fields.items()
        if get_origin(field.annotation) is list
    }
    data = {name: _said(values) if name.casefold() in repeatable else _only(values) for name, values in sent.lists()}
    return read(shape, data, at=at)


def _only(values: list[str]) -> str | list[str]:
    """A parameter that is given twice stays a list, which its field refuses."""
    said = _said(values) or [""]
    return said[0] if len(said) == 1 else said


def _said(values: list[str]) -> list[str]:
    return [value for value in values if not (says_nothing(value) or NO_MOMENT.fullmatch(value))]


def _number(sent: object) -> object:
    if isinstance(sent, str) and DIGITS.fullmatch(sent):
        return int(sent)
    raise PydanticCustomError("query_number", "Must be a whole number, once.")


def _truth(sent: object) -> bool:
    truths = {"true": True, "false": False}
    if isinstance(sent, str) and sent.casefold() in truths:
        return truths[sent.casefold()]
    raise PydanticCustomError("query_truth", "Must be true or false, once.")


_NOT_A_MOMENT = PydanticCustomError("moment", "Not a date. Write it as 2026-01-31 or 2026-01-31T00:00:00Z.")


def _read_moment(sent: object) -> datetime.datetime | datetime.date:
    """An ISO 8601 date, or a moment in UTC; one without a zone is in UTC."""
    if not isinstance(sent, str):
        raise PydanticCustomError("moment", "Must be a date as a string, such as 2026-01-31 or 2026-01-31T00:00:00Z.")
    if len(sent) > LONGEST:
        raise _NOT_A_MOMENT
    text = trimmed(sent).upper()
    with suppress(ValueError):
        return datetime.date.fromisoformat(text)
    try:
        moment = datetime.datetime.fromisoformat(text)
        return moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise _NOT_A_MOMENT


def _begin(sent: object) -> datetime.datetime:
    """The moment at which a day begins, or the moment that is given."""
    moment = _read_moment(sent)
    if isinstance(moment, datetime.datetime):
        return moment
    return datetime.datetime.combine(moment, datetime.time.min, datetime.UTC)


def _end(sent: object) -> datetime.datetime:
    """The last moment of a day, or the moment that is given: bounds are inclusive."""
    moment = _read_moment(sent)
    if isinstance(moment, datetime.datetime):
        return moment
    return datetime.datetime.combine(moment, datetime.time.max, datetime.UTC)


def _clean(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("query_text", "May not hold NUL.")
    return text


_MOMENT = {"type": "string", "description": "ISO 8601: a date, or a moment, which is UTC without a zone. Inclusive."}
QueryTruth = Annotated[bool, BeforeValidator(_truth)]
QueryText = Annotated[str, OptionalLine(255)]
QueryId = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_clean)]
From = Annotated[datetime.datetime, BeforeValidator(_begin), WithJsonSchema(_MOMENT)]
To = Annotated[datetime.datetime, BeforeValidator(_end), WithJsonSchema(_MOMENT)]


def sort_by(columns: dict[str, str]) -> tuple[AfterValidator, WithJsonSchema]:
    """For a field `Sort`: `field` or `field:asc|desc` by these names becomes what a queryset is ordered by."""
    known = {name.casefold(): column for name, column in columns.items()}

    def read_sort(sent: str) -> str:
        field, _, direction = sent.casefold().partition(":")
        if field not in known or direction not in ("", "asc", "desc"):
            names = ", ".join(columns)
            raise PydanticCustomError("sort", "Must be field, field:asc or field:desc; fields are {n}.", {"n": names})
        return ("-" if direction == "desc" else "") + known[field]

    pattern = f"^({'|'.join(columns)})(:(asc|desc))?$"
    return AfterValidator(read_sort), WithJsonSchema({"type": "string", "pattern": pattern})


Page = Annotated[int, Field(ge=1, le=MAX_PAGE), BeforeValidator(_number)]
PageSize = Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE), BeforeValidator(_number)]


class PageQuery(Shape):
    """Which page of a list."""

    page: Page = 1
    page_size: PageSize = 10

    @property
    def rows(self) -> slice:
        """Where the page lies in the list."""
        return slice((self.page - 1) * self.page_size, self.page * self.page_size)


class PageBody(Answer):
    """Where an answer lies in the list."""

    total_results: int = Field(description="Of all pages.")
    page_size: int
    current_page: int
    response_count: int = Field(description="On this page.")
    total_pages: int


def page_body(query: PageQuery, *, total: int, here: int) -> PageBody:
    """Of a list of so many, with so many here."""
    return PageBody(
        total_results=total,
        page_size=query.page_size,
        current_page=query.page,
        response_count=here,
        total_pages=-(-total // query.page_size),
    )
