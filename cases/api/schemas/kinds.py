"""Types of the fields of claims: each is read by a function of ours, and described as that function reads."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from cases.claim import DebtorType
from cases.currencies import why_not
from edge.days import is_in_the_future, read_day
from edge.kinds_of_text import LONGEST_WORD
from edge.text import trimmed

# With four decimals that is sixteen digits, which most readers of JSON, having doubles, still hold exactly.
MAX_AMOUNT = Decimal(999_999_999_999)
MAX_URL = 2048


@dataclass(frozen=True)
class _Read:
    """Has pydantic read a value with `read`, and describe it in JSON schema as `described`."""

    read: Callable[[Any], Any]
    described: tuple[tuple[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.described)


def fault(message: str) -> PydanticCustomError:
    """The error of a field, with a sentence for the partner; to be raised."""
    return PydanticCustomError("claim", cast(Any, message))


def _read_amount(sent: object) -> Decimal:
    """Read an amount. JSON gives an int or a Decimal; booleans are ints in Python, and are refused."""
    if isinstance(sent, bool) or not isinstance(sent, int | Decimal):
        raise fault("Must be a number.")
    amount = Decimal(sent)
    if not Decimal(0) <= amount <= MAX_AMOUNT:
        raise fault(f"Must be a number from 0 to {MAX_AMOUNT}.")
    return amount


def _read_uuid(sent: object) -> UUID | None:
    """Read a UUID in any letter case; None for the nil UUID."""
    try:
        named = UUID(trimmed(sent) if isinstance(sent, str) and len(sent) <= LONGEST_WORD else "")
    except ValueError:
        raise fault("Must be a UUID.")
    return named if named.int else None


def _read_url(sent: object) -> str:
    """Read a URL for a button; an unusable one becomes empty, since a courtesy is not worth refusing a claim."""
    if not isinstance(sent, str) or len(sent) > MAX_URL or not sent.isprintable():
        return ""
    try:
        parts = urlsplit(sent)
    except ValueError:
        return ""
    return sent if parts.scheme in ("http", "https") and parts.hostname else ""


def _read_debtor_type(sent: object) -> DebtorType:
    kinds = {"company": DebtorType.COMPANY, "private": DebtorType.PRIVATE, "person": DebtorType.PRIVATE}
    kind = kinds.get(trimmed(sent).casefold()) if isinstance(sent, str) and len(sent) <= LONGEST_WORD else None
    if kind is None:
        raise fault("Must be Company or Private.")
    return kind


def _read_currency(sent: object) -> str:
    currency = trimmed(sent).upper() if isinstance(sent, str) and len(sent) <= LONGEST_WORD else ""
    why = why_not(currency)
    if why is not None:
        raise fault(why)
    return currency


_WHEN = (
    "ISO 8601: a day, best without a time. Of a moment the day counts that is written, whatever its offset: local "
    "midnight that a program has turned into UTC is a day early. Days before 2 January 1970 are none."
)
Amount = Annotated[Decimal, _Read(_read_amount, (("type", "number"), ("minimum", 0), ("maximum", int(MAX_AMOUNT))))]
Day = Annotated[datetime.date | None, _Read(read_day, (("type", ["string", "null"]), ("description", _WHEN)))]
Uuid = Annotated[UUID | None, _Read(_read_uuid, (("type", ["string", "null"]), ("format", "uuid")))]
Currency = Annotated[str, _Read(_read_currency, (("type", "string"), ("minLength", 3), ("maxLength", 3)))]
Kind = Annotated[DebtorType, _Read(_read_debtor_type, (("type", "string"), ("description", "Company or Private.")))]
Url = Annotated[str, _Read(_read_url, ())]  # of whatever type, since what is no URL is dropped


def _at(info: ValidationInfo) -> datetime.datetime:
    return cast(datetime.datetime, cast(dict[str, Any], info.context)["at"])


def not_in_the_future(day: datetime.date, info: ValidationInfo) -> datetime.date:
    """The day, if it has begun somewhere at the moment of the call; raises the field's error."""
    if is_in_the_future(day, at=_at(info)):
        raise fault("Is in the future everywhere on earth.")
    return day
