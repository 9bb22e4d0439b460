"""Parse JSON strictly: what is ambiguous or cannot be stored is refused, so that no later code has to consider it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, override

from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser

from edge.chunked import MAX_BODY, MAX_DROPPED, Stream
from edge.errors import ApiError, field_path, invalid, standard

MAX_DEPTH = 32
MAX_NUMBER = 100
MAX_FAULTS = 500
# Values in a body, or strings and brackets if it has escapes. The largest body that any operation takes, 100 cases with
# all their fields, has a quarter of that.
MAX_PARTS = 30_000
MAX_PROPERTIES = 200

type Steps = tuple[str | int, ...]

# A bracket, or a string, even one that does not end: otherwise each escaped quote in it would be tried as a beginning.
STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Reads a JSON body for DRF: plain values, numbers with a point as Decimal, names of properties as sent."""

    media_type = "application/json"

    @override
    def parse(
        self, stream: Stream, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the value, or raise ApiError: 413 if too long, 400 if not strict. A declared charset is ignored."""
        return parse(_read_body(stream))


def _read_body(stream: Stream) -> bytes:
    """Read to the end or past the limit, in a loop: a stream may give less than it is asked for."""
    parts: list[bytes] = []
    missing = MAX_BODY + 1
    try:
        while missing and (part := stream.read(missing)):
            parts.append(part)
            missing -= len(part)
        if not missing:
            _drop_rest(stream)
            raise standard(413)
    except UnreadablePostError:
        raise _refused("The body broke off.")
    return b"".join(parts)


def _drop_rest(stream: Stream) -> None:
    """Read on for a while: a caller that is answered while it still sends sees a broken connection and no answer."""
    read = MAX_BODY
    while read < MAX_DROPPED and (part := stream.read(MAX_BODY)):
        read += len(part)


def parse(body: bytes) -> Any:
    """Return the value of a JSON document, or raise ApiError with all that is wrong with it."""
    text = _decode(body)
    _check_structure(text)
    reading = _Reading()
    value = _load(text, reading)
    # Only escapes get NUL and lone surrogates past the decoder; most bodies have none and need no second look.
    if reading.has_faults or "\\u" in text:
        _refuse_faults(value)
    return value


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")  # some programs on Windows begin everything with a byte order mark
    except UnicodeDecodeError as fault:
        raise _refused(f"Not valid UTF-8 at byte {fault.start}.")


def _check_structure(text: str) -> None:
    """Limit depth and size before parsing: the parser is recursive, and naming faults walks through everything."""
    if text.count("[") + text.count("{") <= MAX_DEPTH and "\\u" not in text:
        return  # few brackets cannot nest deeply, and without escapes there is no such walk
    depth = 0
    for count, token in enumerate(STRING_OR_BRACKET.finditer(text), start=1):
        if count > MAX_PARTS:
            raise _too_many_parts()
        bracket = token[0]
        depth += (bracket in "[{") - (bracket in "]}") if len(bracket) == 1 else 0
        if depth > MAX_DEPTH:
            raise _refused(f"Nested over {MAX_DEPTH} levels deep.")


def _too_many_parts() -> ApiError:
    return _refused(f"Holds over {MAX_PARTS} values.")


def _load(text: str, reading: _Reading) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=reading.object,
            parse_int=reading.whole_number,
            parse_float=reading.number,
            parse_constant=reading.constant,
        )
    except json.JSONDecodeError as fault:
        raise _refused(_sentence(fault, text))


def _sentence(fault: json.JSONDecodeError, text: str) -> str:
    where = f"line {fault.lineno}, column {fault.colno}"
    if not text.strip():
        return "Empty; a JSON document is expected."
    if fault.msg == "Extra data":
        return f"More than one JSON document: the second begins at {where}."
    return f"Not valid JSON at {where}."


def _refused(sentence: str) -> ApiError:
    return invalid({field_path(()): [sentence]})


@dataclass(frozen=True)
class _Fault:
    """Stands in place of a value until the document is whole and the fault can be named by its path."""

    sentence: str


@dataclass(frozen=True)
class _Ambiguous:
    """An object with a property given twice: all pairs, so that their other faults are reported as well."""

    pairs: list[tuple[str, Any]]


@dataclass
class _Reading:
    """The parser's hooks, whether one of them found a fault, and how many parts they have counted."""

    has_faults: bool = field(default=False)
    parts: int = field(default=0)

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Ambiguous | _Fault:
        """Read an object. `Name` and `name` are the same property, and given twice are a fault (product-rules 1.2)."""
        self._count()
        if len(pairs) > MAX_PROPERTIES:
            return self._fault(f"Has over {MAX_PROPERTIES} properties.")
        if len({name.casefold() for name, _ in pairs}) == len(pairs):
            return dict(pairs)
        self.has_faults = True
        return _Ambiguous(pairs)

    def whole_number(self, digits: str) -> int | _Fault:
        """Read an integer. A long one is a fault, since reading takes time with the square of its length."""
        self._count()
        if len(digits) > MAX_NUMBER:
            return self._fault(f"A number of more than {MAX_NUMBER} characters.")
        return int(digits)

    def number(self, digits: str) -> Decimal | _Fault:
        """Read a number exactly. A huge exponent is a fault: short here, endless once the number is written out."""
        self._count()
        if len(digits) > MAX_NUMBER:
            return self._fault(f"A number of more than {MAX_NUMBER} characters.")
        exponent = digits.lower().partition("e")[2]
        if exponent and abs(int(exponent)) > MAX_NUMBER:
            return self._fault("A number that is too large or too small.")
        return Decimal(digits)

    def constant(self, name: str) -> _Fault:
        """NaN and its like are not JSON."""
        self._count()
        return self._fault(f"{name} is not a JSON value.")

    def _count(self) -> None:
        """Limit the parts: each costs a call from the parser into Python."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise _too_many_parts()

    def _fault(self, sentence: str) -> _Fault:
        self.has_faults = True
        return _Fault(sentence)


def _refuse_faults(value: Any) -> None:
    fields: dict[str, list[str]] = defaultdict(list)
    for count, (steps, sentence) in enumerate(_faults(value, ()), start=1):
        fields[field_path(steps)].append(sentence)
        if count == MAX_FAULTS:
            break
    if fields:
        raise invalid(fields)


def _faults(value: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    match value:
        case _Fault(sentence):
            yield steps, sentence
        case str():
            yield from ((steps, sentence) for sentence in _text_faults(value))
        case list():
            for index, item in enumerate(value):
                yield from _faults(item, (*steps, index))
        case dict():
            yield from _pair_faults(list(value.items()), steps)
        case _Ambiguous(pairs):
            yield from _repeated(pairs, steps)
            yield from _pair_faults(pairs, steps)


def _pair_faults(pairs: list[tuple[str, Any]], steps: Steps) -> Iterator[tuple[Steps, str]]:
    for name, item in pairs:
        yield from (((*steps, name), f"In the name: {sentence}") for sentence in _text_faults(name))
        yield from _faults(item, (*steps, name))


def _repeated(pairs: list[tuple[str, Any]], steps: Steps) -> Iterator[tuple[Steps, str]]:
    seen: set[str] = set()
    for name, _ in pairs:
        if name.casefold() in seen:
            yield (*steps, name), "This property is given twice; letter case makes no difference."
        seen.add(name.casefold())


def _text_faults(text: str) -> Iterator[str]:
    if "\0" in text:
        yield "The character NUL cannot be stored."
    if SURROGATE.search(text):
        yield "Half of a surrogate pair is not a character."
