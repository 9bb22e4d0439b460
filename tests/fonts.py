"""Which letters the fonts of the agreement's PDF have, read from the fonts: `python -m tests.fonts` writes it anew."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from itertools import pairwise
from typing import Final

from fontTools.ttLib import TTFont

from onboarding.signing.letters import COVERAGE, FONTS

# The first font that has a letter prints it: a script's own before those that have a little of everything.
FIRST: Final = ("Noto Sans", "Droid Sans Fallback", "NanumBarunGothic")
LAST: Final = (
    "HanaMinA",
    "HanaMinB",
    "Noto Sans Math",
    "Noto Emoji",
    "Noto Sans Symbols",
    "Noto Sans Symbols2",
)


def coverage_of_the_fonts() -> dict[str, str]:
    """Each family, in the order in which they are asked, with what all its files have, as ranges of numbers."""
    families: dict[str, list[set[int]]] = defaultdict(list)
    for path in FONTS.glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            families[font["name"].getBestFamilyName()].append({*font.getBestCmap()} - blank_letters(font))
    own = sorted(families.keys() - {*FIRST, *LAST})
    return {family: _as_ranges(set.intersection(*families[family])) for family in (*FIRST, *own, *LAST)}


def blank_letters(font: TTFont) -> set[int]:
    """Those for which a font has a glyph without an outline, though they are neither blanks nor formats."""
    glyphs, cmap = font["glyf"], font.getBestCmap()
    without_ink = {number for number, name in cmap.items() if glyphs[name].numberOfContours == 0}
    return {number for number in without_ink if unicodedata.category(chr(number))[0] not in "ZCM"}


def letters_of_the_fonts() -> list[str]:
    """All letters that some font has and that a name can hold, without the marks that stand on others."""
    ranges = [pair.split("-") for has in coverage_of_the_fonts().values() for pair in has.split()]
    numbers = {number for start, end in ranges for number in range(int(start, 16), int(end, 16) + 1)}
    composed = [letter for letter in map(chr, sorted(numbers)) if unicodedata.is_normalized("NFC", letter)]
    return [letter for letter in composed if unicodedata.category(letter)[0] not in "MCZ"]


def marks_of_unicode() -> list[str]:
    """All marks that stand on letters, whether a font has them or not."""
    return [mark for mark in map(chr, range(0x20000)) if unicodedata.category(mark)[0] == "M"]


def _as_ranges(numbers: set[int]) -> str:
    inside = sorted(numbers)
    starts = [inside[0], *(after for before, after in pairwise(inside) if after - before > 1)]
    ends = [*(before for before, after in pairwise(inside) if after - before > 1), inside[-1]]
    return " ".join(f"{start:X}-{end:X}" for start, end in zip(starts, ends, strict=True))


if __name__ == "__main__":
    COVERAGE.write_text(json.dumps(coverage_of_the_fonts(), indent=1) + "\n")
