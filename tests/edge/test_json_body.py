"""Strict JSON: what is refused, and by which path it is named."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from edge.chunked import MAX_BODY
from edge.errors import ApiError
from edge.json_body import MAX_DEPTH, StrictJSONParser, parse

TWICE = "This property is given twice; letter case makes no difference."
NUL = "The character NUL cannot be stored."
HALF = "Half of a surrogate pair is not a character."
TOO_LONG = "A number of more than 100 characters."
TOO_LARGE = "A number that is too large or too small."


def refused(body: bytes) -> dict[str, list[str]]:
    with pytest.raises(ApiError) as refusal:
        parse(body)
    assert (refusal.value.status, refusal.value.error) == (400, "ValidationError")
    return dict(refusal.value.fields or {})


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b' \r\n\t{"a": [1, -0, true, false, null, "\xc3\xb8"]} \n', {"a": [1, 0, True, False, None, "ø"]}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\u0000"'.replace(b"0000", b"0001"), "\x01"),
        (b"1" * 100, int("1" * 100)),
        (b"[]" + b" " * 1000, []),
        (b'{"a": {"b": 1}, "b": 2}', {"a": {"b": 1}, "b": 2}),
    ],
)
def test_plain_json_is_read_as_it_stands(body: bytes, value: Any) -> None:
    assert parse(body) == value


@pytest.mark.parametrize("number", ["0.1", "12.50", "1e100", "-1E-100", "2.5e+3"])
def test_a_number_with_a_point_or_an_exponent_is_read_exactly(number: str) -> None:
    value = parse(number.encode())

    assert isinstance(value, Decimal)
    assert value == Decimal(number)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Empty; a JSON document is expected."),
        (b" \n", "Empty; a JSON document is expected."),
        (b"\xff\xfe{\x00}\x00", "Not valid UTF-8 at byte 0."),
        (b'{"a": "\xc3"}', "Not valid UTF-8 at byte 7."),
        (b'{"a": "\xed\xa0\x80"}', "Not valid UTF-8 at byte 7."),
        (b'{"a": 1} {"b": 2}', "More than one JSON document: the second begins at line 1, column 10."),
        (b"{}\n[]", "More than one JSON document: the second begins at line 2, column 1."),
        (b'{"a": 1', "Not valid JSON at line 1, column 8."),
        (b'{"a" 1}', "Not valid JSON at line 1, column 6."),
        (b"{'a': 1}", "Not valid JSON at line 1, column 2."),
        (b'"a\nb"', "Not valid JSON at line 1, column 3."),
        (b"// a comment\n{}", "Not valid JSON at line 1, column 1."),
        (b"\x00", "Not valid JSON at line 1, column 1."),
        (b"01", "More than one JSON document: the second begins at line 1, column 2."),
        (b"NaN", "NaN is not a JSON value."),
        (b"1" * 101, TOO_LONG),
    ],
)
def test_what_is_not_one_json_document_is_refused_as_a_whole(body: bytes, sentence: str) -> None:
    assert refused(body) == {"body": [sentence]}


@pytest.mark.parametrize(
    ("body", "path", "sentence"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "a", TWICE),
        (b'{"a": {"Name": 1, "name": 2}}', "a.name", TWICE),
        (b'{"a": [{}, {"b": 1, "B": 1}]}', "a[1].B", TWICE),
        (b'{"a": NaN}', "a", "NaN is not a JSON value."),
        (b'{"a": [Infinity]}', "a[0]", "Infinity is not a JSON value."),
        (b'{"a": -Infinity}', "a", "-Infinity is not a JSON value."),
        (b'{"a": "x\\u0000y"}', "a", NUL),
        (b'{"a": ["\\ud800"]}', "a[0]", HALF),
        (b'{"a": "\\ude00\\ud83d"}', "a", HALF),
        (b'{"\\u0000": 1}', "\ufffd", f"In the name: {NUL}"),
        (b'{"a\\ud800": 1}', "a\ufffd", f"In the name: {HALF}"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a", TOO_LONG),
        (b'{"a": 0.' + b"1" * 5000 + b"}", "a", TOO_LONG),
        (b'{"a": 1e101}', "a", TOO_LARGE),
        (b'{"a": 1E-101}', "a", TOO_LARGE),
        (b'{"a": 1e999999999}', "a", TOO_LARGE),
    ],
)
def test_what_is_wrong_inside_is_named_by_its_path(body: bytes, path: str, sentence: str) -> None:
    assert refused(body) == {path: [sentence]}


def test_all_that_is_wrong_is_told_at_once() -> None:
    body = b'{"a": NaN, "b": "\\u0000\\ud800", "c": 1, "C": 1e999}'

    assert refused(body) == {"a": ["NaN is not a JSON value."], "b": [NUL, HALF], "C": [TWICE, TOO_LARGE]}


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_nesting_over_32_levels_is_refused_however_deep(opening: bytes) -> None:
    assert refused(opening * 100_000) == {"body": ["Nested over 32 levels deep."]}


def test_nesting_of_32_levels_is_read() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert refused(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) == {"body": ["Nested over 32 levels deep."]}


def test_brackets_in_strings_are_no_nesting() -> None:
    assert parse(b'["' + b"[{" * 100 + b'", "\\"' + b"[" * 100 + b'"]')


def test_a_long_name_is_shown_cut() -> None:
    [path] = refused(b'{"' + b"n" * 5000 + b'": NaN}')

    assert path == "n" * 100 + "…"


def test_a_body_full_of_faults_is_answered_with_the_first_500() -> None:
    assert len(refused(b"[" + b",".join([b"NaN"] * 2000) + b"]")) == 500


@pytest.mark.parametrize(
    "hard",
    [b'"' + b"\\" * 999_998, b'"' * 999_999, b"[" * 32 + b'"\\"' * 300_000, b'{"a":' * 32 + b"1" * 900_000],
    ids=["backslashes", "quotes", "escaped quotes", "digits"],
)
def test_hard_bodies_are_refused_quickly(hard: bytes) -> None:
    """Backtracking or squared time would take minutes here."""
    assert refused(hard)


class Slow(BytesIO):
    """Gives a few bytes at a time, as a network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 7_000))


def test_a_stream_that_comes_in_pieces_is_read_to_its_end() -> None:
    body = b'{"a": "' + b"x" * 100_000 + b'"}'

    assert StrictJSONParser().parse(Slow(body)) == {"a": "x" * 100_000}


def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    exactly = b'"' + b"x" * (MAX_BODY - 2) + b'"'

    assert len(StrictJSONParser().parse(BytesIO(exactly))) == MAX_BODY - 2
    with pytest.raises(ApiError) as refusal:
        StrictJSONParser().parse(BytesIO(exactly + b" "))
    assert refusal.value.status == 413


def test_what_is_too_long_is_read_on_to_be_able_to_say_so_but_not_without_end() -> None:
    five, hundred = BytesIO(b" " * 5 * MAX_BODY), BytesIO(b" " * 100 * MAX_BODY)

    for_nothing = [_status(stream) for stream in (five, hundred)]

    assert for_nothing == [413, 413]
    assert five.read() == b""
    assert len(hundred.read()) >= 80 * MAX_BODY


def _status(stream: BytesIO) -> int:
    with pytest.raises(ApiError) as refusal:
        StrictJSONParser().parse(stream)
    return refusal.value.status
