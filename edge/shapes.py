"""
Base classes of everything that the API reads (Shape) and answers (Answer).

Requests are read strictly: camelCase names in any letter case, nothing unknown, no `"1"` for 1. All errors are reported
at once, each by the path of its field, in a plain sentence that says what to do. The JSON schema says just what is
enforced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from edge.errors import field_path, invalid, name_on_the_wire
from edge.text import SEEN

MAX_ERRORS = 500
LONGEST_NOTHING = 1000


class Shape(BaseModel):
    """A request's body or query."""

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
        """
        Rename properties to our spelling, and leave out optional ones that say nothing.

        Unknown properties stay as sent, and are refused under that name.
        """
        if not isinstance(sent, dict):
            return sent
        names, optional = _names(cls)
        known = {name: names.get(name.casefold(), name) for name in sent}
        # Two spellings of one property: the JSON parser refuses them already; this makes sure that neither is lost.
        if len({*known.values()}) < len(sent):
            return sent
        return {
            known[name]: value for name, value in sent.items() if not (known[name] in optional and says_nothing(value))
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe optional properties without the default that they have here."""
        described = handler(schema)
        _properties(described, handler)
        return described


def example(shape: type[Shape]) -> dict[str, Any]:
    """An example of a body: the first example of each field that has any."""
    fields = {field.alias or name: field.examples for name, field in shape.model_fields.items()}
    return {name: examples[0] for name, examples in fields.items() if examples}


@cache
def _names(shape: type[Shape]) -> tuple[dict[str, str], frozenset[str]]:
    """Properties by their case-folded names, and which of them are optional."""
    fields = {field.alias or key: field for key, field in shape.model_fields.items()}
    optional = frozenset(name for name, field in fields.items() if not field.is_required())
    return {name.casefold(): name for name in fields}, optional


def says_nothing(value: object) -> bool:
    """True for null and for text without visible characters; an empty list does say something (product-rules 1.2)."""
    if isinstance(value, str):
        return len(value) <= LONGEST_NOTHING and not SEEN.search(value)
    return value is None


class Answer(BaseModel):
    """An answer, made with Python's names and written in camelCase."""

    model_config = ConfigDict(
        alias_generator=name_on_the_wire,
        field_title_generator=name_on_the_wire,
        validate_by_name=True,
        validate_by_alias=False,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
        frozen=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe fields that may be left out as optional, not as nullable."""
        described = handler(schema)
        properties = _properties(described, handler)
        for name in _left_out(cls) & properties.keys():
            [kind] = [each for each in properties[name].pop("anyOf") if each != {"type": "null"}]
            properties[name] |= kind
        return described


def _properties(described: dict[str, Any], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Take the defaults out of the properties and return these: generated clients would send or assume defaults."""
    properties: dict[str, Any] = handler.resolve_ref_schema(described)["properties"]
    for facts in properties.values():
        facts.pop("default", None)
    return properties


def one_of(words: Sequence[str], description: str) -> WithJsonSchema:
    """
    Describe text that is one of these words, under a name of its own: that of the type.

    `type Weekday = Annotated[str, one_of(["Monday", …], "When.")]`
    """
    return WithJsonSchema({"type": "string", "enum": [*words], "description": description})


def left_out(description: str | None = None) -> Any:
    """
    A field of an answer that is left out while it is None.

    The published contract does not call it nullable, and clients generated from that refuse null.
    """
    return Field(default=None, description=description, exclude_if=_is_none)


def _is_none(value: object) -> bool:
    return value is None


def _left_out(answer: type[Answer]) -> set[str]:
    return {field.alias or name for name, field in answer.model_fields.items() if field.exclude_if is _is_none}


def read[S: Shape](shape: type[S], data: object, *, at: datetime | None = None) -> S:
    """
    Return the data as this shape, or raise the 400 that names everything that is wrong with it.

    `at` is the moment that dates are compared with, for shapes that have any.
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
    """The path of an error. Pydantic uses our name for a field whose default it checked. Unknown names stay as sent."""
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
    """Our sentence for the type of error; where we have none, pydantic's message or our own error's."""
    sentence = SENTENCES.get(error["type"])
    if sentence is None:
        return error["msg"]
    return sentence.format(**error.get("ctx", {}))


@dataclass(frozen=True)
class AtMost:
    """The longest that a list may be: `Annotated[list[X], AtMost(50)]`. Checked before any item is."""

    number: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._count, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "maxItems": self.number}

    def _count(self, sent: object) -> object:
        if isinstance(sent, list) and len(sent) > self.number:
            raise PydanticCustomError("too_long", "Must hold at most {max_length}.", {"max_length": self.number})
        return sent
