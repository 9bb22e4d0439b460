"""
Kinds of text that the API, pages and the admin read alike: `Annotated[str, Line(200)]`.

Each normalises what is sent, raises the field's error, and describes itself in JSON schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from edge.mailbox import MAX_EMAIL, read_email
from edge.text import CONTROL, SEEN, UNSEEN, UNSEEN_IN_PLANE_0, has_letter, has_letter_or_digit, one_line, several_lines

if TYPE_CHECKING:
    from django.db.models import Model

MAX_TENANT_ID = 255
LONGEST_WORD = 100  # of an enumeration, a country or a UUID, with any blanks around it

# For JSON schemas, whose patterns have JavaScript's escapes.
CLEAN_PATTERN = f"^[^{CONTROL}]*$".replace(r"\x", r"\u00")
SEEN_PATTERN = f"^[^{CONTROL}]*[^{CONTROL}{UNSEEN_IN_PLANE_0}][^{CONTROL}]*$".replace(r"\x", r"\u00")


def _of_tenant_ids(unseen: str) -> str:
    """Invisible characters could make two ids look the same; blanks are allowed between other characters."""
    unseen = unseen.replace(r"\s", r"\t-\r\u0085")
    return rf"^(?!\.{{1,2}}$)(?=.*[^\s])[^/\\\u0000-\u001f\u007f-\u009f{unseen}]+$"


TENANT_ID_PATTERN = _of_tenant_ids(UNSEEN_IN_PLANE_0)
TENANT_ID = re.compile(_of_tenant_ids(UNSEEN))


def length_of(model: type[Model], field: str) -> int:
    """The length of a column of a model; raises TypeError if it has none."""
    length: int | None = getattr(model._meta.get_field(field), "max_length", None)
    if length is None:
        raise TypeError(f"{field} of {model.__name__} has no length")
    return length


@dataclass(frozen=True)
class Line:
    """A line of text that is not blank: `Annotated[str, Line(200)]`. `edge.text` normalises it."""

    max_length: int

    @classmethod
    def of(cls, model: type[Model], field: str) -> Self:
        """With the length of this column of a model; raises TypeError if it has none."""
        return cls(length_of(model, field))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.read, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.max_length, "pattern": SEEN_PATTERN}

    def read(self, sent: str) -> str:
        """Return the text as it is stored; raises the field's error."""
        line = one_line(sent, max_length=self.max_length)
        if not SEEN.search(line):
            raise PydanticCustomError("blank", "This field may not be blank.")
        return line


@dataclass(frozen=True)
class PersonName(Line):
    """A person's name, which must contain a letter."""

    def read(self, sent: str) -> str:
        """Return the text as it is stored; raises the field's error."""
        name = super().read(sent)
        if not has_letter(name):
            raise PydanticCustomError("no_letter", "A name has a letter.")
        return name


@dataclass(frozen=True)
class CompanyName(Line):
    """A company's name, which must contain a letter or a digit."""

    def read(self, sent: str) -> str:
        """Return the text as it is stored; raises the field's error."""
        name = super().read(sent)
        if not has_letter_or_digit(name):
            raise PydanticCustomError("no_letter", "A name has a letter or a digit.")
        return name


@dataclass(frozen=True)
class OptionalLine(Line):
    """A line that may be empty. Give it the default `""`."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.max_length, "pattern": CLEAN_PATTERN}

    def read(self, sent: str) -> str:
        """Return the text as it is stored; raises the field's error."""
        line = self._line(sent)
        return line if SEEN.search(line) else ""

    def _line(self, sent: str) -> str:
        return one_line(sent, max_length=self.max_length)


@dataclass(frozen=True)
class AddressLine(OptionalLine):
    """The lines of an address, joined into one by commas."""

    def _line(self, sent: str) -> str:
        return one_line(sent, max_length=self.max_length, line_end=", ")


@dataclass(frozen=True)
class Code(OptionalLine):
    """Text that people copy and do not read as words: a phone or registration number, a postal code."""

    def _line(self, sent: str) -> str:
        return one_line(sent, max_length=self.max_length, is_code=True)


@dataclass(frozen=True)
class OptionalText(OptionalLine):
    r"""Text of several lines, with `\n` between them, that may be empty. Give it the default `""`."""

    def _line(self, sent: str) -> str:
        return several_lines(sent, max_length=self.max_length)


@dataclass(frozen=True)
class _EmailAddress:
    """Checked by its form only; whether it is somebody's shows when a code is mailed to it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(read_email, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": MAX_EMAIL}


@dataclass(frozen=True)
class _TenantId:
    """Kept as sent, since the id is the partner's; refused if it could not be part of a path."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_read_tenant_id, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_TENANT_ID, "pattern": TENANT_ID_PATTERN}


def _read_tenant_id(sent: str) -> str:
    if not 1 <= len(sent) <= MAX_TENANT_ID:
        raise PydanticCustomError("length", f"Must have 1 to {MAX_TENANT_ID} characters.")
    if not TENANT_ID.fullmatch(sent):
        raise PydanticCustomError(
            "path",
            "Stands in paths, so it may not hold /, \\, control or unseen characters, nor be ., .. or blanks alone.",
        )
    return sent


ExternalTenantId = Annotated[str, _TenantId()]
Email = Annotated[str, _EmailAddress()]
