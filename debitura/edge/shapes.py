"""
Shapes on the wire: what every request body and every answer has in common.

A request is read strictly: camelCase in any letter case, nothing unknown, no `"1"` for 1. An error names its field by
path and says in a plain sentence what to do; all of them at once. What the JSON schema says is what is enforced.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, model_validator
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from debitura.edge.errors import field_path, invalid, name_on_the_wire

MAX_ERRORS = 500
MAX_EMAIL = 254
MAX_TENANT_ID = 255

# Control characters, line ends, and what turns the direction of reading: a contract must read as it is stored.
NOT_IN_A_LINE = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f"
# Takes no room on its own: a line of nothing else is blank.
UNSEEN = (
    r"\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u2800\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0"
)
CLEAN = re.compile(f"[^{NOT_IN_A_LINE}]*")
SEEN = re.compile(f"[^{UNSEEN}]")
# The same in the words of JSON schema, whose escapes are JavaScript's.
CLEAN_PATTERN = f"^[^{NOT_IN_A_LINE}]*$".replace(r"\x", r"\u00")
SEEN_PATTERN = f"^[^{NOT_IN_A_LINE}]*[^{NOT_IN_A_LINE}{UNSEEN}][^{NOT_IN_A_LINE}]*$".replace(r"\x", r"\u00")
TENANT_ID_PATTERN = r"^(?!\.{1,2}$)[^/\\\u0000-\u001f\u007f-\u009f]+$"
TENANT_ID = re.compile(TENANT_ID_PATTERN)


class Shape(BaseModel):
    """What a request holds."""

    model_config = ConfigDict(
        alias_generator=name_on_the_wire,
        field_title_generator=name_on_the_wire,
        extra="forbid",
        strict=True,
        frozen=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _names_in_any_letter_case(cls, sent: Any) -> Any:
        """Call properties by their names here. What is unknown stays as sent, and is refused under that name."""
        if not isinstance(sent, dict):
            return sent
        names = _names(cls)
        known = {name: names.get(name.casefold(), name) for name in sent}
        # Two spellings of one property: the reader of JSON refuses them already; here neither is silently lost.
        return {known[name]: value for name, value in sent.items()} if len({*known.values()}) == len(sent) else sent


@cache
def _names(shape: type[Shape]) -> dict[str, str]:
    return {name.casefold(): name for name in (field.alias or key for key, field in shape.model_fields.items())}


class Answer(BaseModel):
    """What an answer holds; made with Python's names, written in camelCase."""

    model_config = ConfigDict(
        alias_generator=name_on_the_wire,
        field_title_generator=name_on_the_wire,
        validate_by_name=True,
        validate_by_alias=False,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
        frozen=True,
    )


def read[S: Shape](shape: type[S], data: object, *, at: datetime | None = None) -> S:
    """
    Return the request in its shape, or raise the 400 that names everything that is wrong with it.

    `at` is the moment that dates are compared with, for shapes that have such.
    """
    try:
        return shape.model_validate(data, context={"at": at})
    except ValidationError as refused:
        raise invalid(_by_path(refused))


def _by_path(refused: ValidationError) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = defaultdict(list)
    for error in refused.errors(include_url=False, include_input=False)[:MAX_ERRORS]:
        fields[field_path(_on_the_wire(error))].append(_sentence(error))
    return dict(fields)


def _on_the_wire(error: ErrorDetails) -> tuple[int | str, ...]:
    """Where an error is; pydantic calls a field by our name where its default was checked. Unknown names stay."""
    if error["type"] == "extra_forbidden":
        return error["loc"]
    return tuple(name_on_the_wire(part) if isinstance(part, str) and "_" in part else part for part in error["loc"])


SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown property.",
    "string_type": "Must be a string.",
    "string_too_short": "At least {min_length} characters.",
    "string_too_long": "At most {max_length} characters.",
    "bool_type": "Must be true or false.",
    "int_type": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "decimal_type": "Must be a number.",
    "is_instance_of": "Must be a number.",
    "list_type": "Must be a list.",
    "dict_type": "Must be an object.",
    "model_type": "Must be an object.",
    "model_attributes_type": "Must be an object.",
    "too_short": "Must hold at least {min_length}.",
    "too_long": "Must hold at most {max_length}.",
    "greater_than": "Must be more than {gt}.",
    "greater_than_equal": "Must be {ge} or more.",
    "less_than": "Must be less than {lt}.",
    "less_than_equal": "Must be {le} or less.",
    "literal_error": "Must be one of {expected}.",
    "enum": "Must be one of {expected}.",
}


def _sentence(error: ErrorDetails) -> str:
    """Say it in our words; a type that has none says it in its own."""
    sentence = SENTENCES.get(error["type"])
    if sentence is None:
        return error["msg"]
    return sentence.format(**error.get("ctx", {}))


# --- Kinds of text ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """
    Text of one line that says something: `Annotated[str, Line(200)]`.

    Trimmed, in NFC, runs of white space made one blank; refused is what makes text read otherwise than it is stored.
    """

    max_length: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._read, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.max_length, "pattern": SEEN_PATTERN}

    def _read(self, sent: str) -> str:
        line = one_line(sent)
        if not SEEN.search(line):
            raise PydanticCustomError("blank", "This field may not be blank.")
        return self._checked_length(line)

    def _checked_length(self, line: str) -> str:
        if len(line) > self.max_length:
            raise _too_long(self.max_length)
        return line


@dataclass(frozen=True)
class OptionalLine(Line):
    """The same, or nothing: null, blank and left out are `""`. Give it the default `""`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            _nothing_for_null, super().__get_pydantic_core_schema__(source, handler)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.max_length, "pattern": CLEAN_PATTERN}

    def _read(self, sent: str) -> str:
        line = one_line(sent)
        return self._checked_length(line) if SEEN.search(line) else ""


@dataclass(frozen=True)
class OptionalText(OptionalLine):
    r"""Text of several lines, or nothing; in NFC, with `\n` between lines. Give it the default `""`."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.max_length}

    def _read(self, sent: str) -> str:
        lines = sent.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
        text = "\n".join(one_line(line) for line in lines).strip()
        return self._checked_length(text) if SEEN.search(text) else ""


def _too_long(max_length: int) -> PydanticCustomError:
    return PydanticCustomError("string_too_long", "At most {max_length} characters.", {"max_length": max_length})


def _nothing_for_null(sent: object) -> object:
    return "" if sent is None else sent


def one_line(sent: str) -> str:
    """Make text of one line out of what was sent; for schemas, which turn what is raised into the field's error."""
    if not CLEAN.fullmatch(sent):
        raise PydanticCustomError(
            "control_characters", "Control characters, line breaks and marks of writing direction are not allowed."
        )
    if not sent.isascii() and any(unicodedata.category(character) == "Cn" for character in sent):
        # The database may be of a newer Unicode, and would then not agree that the text is in NFC.
        raise PydanticCustomError("unassigned_characters", "Holds a character that is not assigned in Unicode.")
    return " ".join(unicodedata.normalize("NFC", sent).split())


@dataclass(frozen=True)
class _EmailAddress:
    """Checked by its form alone: whether it is somebody's, the code that is mailed to it tells."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(read_email, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": MAX_EMAIL}


def read_email(sent: str) -> str:
    """Return the address as sent but trimmed; its letter case is the owner's matter."""
    address = sent.strip()
    # Compared in a normal form, in which one letter can become eighteen.
    if max(len(address), len(unicodedata.normalize("NFKC", address).casefold())) > MAX_EMAIL:
        raise _too_long(MAX_EMAIL)
    try:
        # The domains for tests pass: nobody can own one, and demo and partners' sandboxes use them.
        # Nor could mail be sent to letters outside ASCII before the @; international domains are fine.
        checked = validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError:
        raise PydanticCustomError("email", "This is not an e-mail address.")
    if "." not in checked.domain:
        raise PydanticCustomError("email", "This is not an e-mail address.")
    return address


@dataclass(frozen=True)
class _TenantId:
    """Kept as sent, since it is the partner's; what cannot stand in a path is refused."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_read_tenant_id, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_TENANT_ID, "pattern": TENANT_ID_PATTERN}


def _read_tenant_id(sent: str) -> str:
    if not 1 <= len(sent) <= MAX_TENANT_ID:
        raise PydanticCustomError("length", f"Must have 1 to {MAX_TENANT_ID} characters.")
    if not TENANT_ID.fullmatch(sent):
        raise PydanticCustomError(
            "path", "Stands in paths, so it may not hold /, \\ or control characters, and may not be . or .. alone."
        )
    return sent


ExternalTenantId = Annotated[str, _TenantId()]
Email = Annotated[str, _EmailAddress()]
