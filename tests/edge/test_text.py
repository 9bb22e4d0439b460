"""Text in its one form, whatever the alphabet (product-rules 1.3)."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from edge.kinds_of_text import AddressLine, Code, CompanyName, Line, OptionalLine, OptionalText, PersonName

ODD = "\t\n\v\f\r \x85\xa0\u200b\u200c\u200d\u200e\u202a\u202c\u2028\u2029\u2060\u2068\ufeff\xad\u0301\u3000\ufe0f,"
TEXTS: Any = st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
KINDS = [
    Line(200),
    PersonName(200),
    CompanyName(200),
    OptionalLine(200),
    AddressLine(200),
    Code(200),
    OptionalText(200),
]


def read(kind: Line, sent: str) -> str:
    try:
        return kind.read(sent)
    except PydanticCustomError:
        assume(False)
        raise


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@given(sent=TEXTS)
def test_what_was_read_reads_the_same_again(kind: Line, sent: str) -> None:
    once = read(kind, "A1" + sent)

    assert kind.read(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@given(sent=TEXTS)
def test_nothing_is_held_that_formats_and_is_not_seen(kind: Line, sent: str) -> None:
    formats = {each for each in read(kind, "A1" + sent) if unicodedata.category(each) in ("Cf", "Cc", "Zl", "Zp")}

    of_texts = {"\n"} if isinstance(kind, OptionalText) else set()
    of_names = set() if isinstance(kind, Code) else {"\u200c", "\u200d"}
    seen = {
        each
        for each in formats
        if "NUMBER" in unicodedata.name(each, "") or unicodedata.name(each, "").startswith("ARABIC")
    }
    assert formats <= of_texts | of_names | seen


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x07", "\x1c", "\x7f", "\x9f"])
def test_a_control_character_is_refused_in_every_kind(kind: Line, control: str) -> None:
    with pytest.raises(PydanticCustomError):
        kind.read(f"Acme{control} 1")
