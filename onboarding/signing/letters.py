"""
Find which letters the agreement's document can print, and with which of the bundled fonts (product-rules 4.3).

A letter that no font has is printed as a box with its number, ▯(U+13080), so that no part of a name is lost. The page
warns of it beforehand; both the warning and the print come from here.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parent / "pdf" / "fonts"
COVERAGE: Final = FONTS / "coverage.json"
BOX: Final = "\u25af"
MAIN_FAMILY: Final = "Noto Sans"

ZERO_WIDTH_JOINER: Final = "\u200d"
SKIN_COLOURS: Final = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
# Invisible characters, dropped where a font has no glyph for them: joiners, variation selectors, direction marks.
UNSEEN: Final = frozenset(
    {"\u00ad", "\u034f", "\u061c", "\u17b4", "\u17b5", "\ufeff"}
    | {*map(chr, (*range(0x180B, 0x180F), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))}
    | {*map(chr, (*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)))}
)


def in_print(text: str) -> str:
    """The text as the document prints it: the same, except for letters that no font has."""
    if text.isascii():
        return text
    return "".join(_in_print(cluster) for cluster in _clusters(text))


def letters_not_in_print(texts: Iterable[str]) -> list[str]:
    """The letters that are printed as boxes, each once, in order of appearance."""
    several = (cluster for text in texts if not text.isascii() for cluster in _clusters(text))
    return list(dict.fromkeys(letter for cluster in several for letter in _without_glyph(cluster)))


def as_numbers(letters: Iterable[str]) -> str:
    """Letters as Unicode code points, such as “U+13080 U+13081”."""
    return " ".join(f"U+{ord(letter):04X}" for letter in letters)


def families_for(text: str) -> list[str]:
    """The font families needed for a text that went through `in_print`, in order of preference."""
    clusters = (cluster for cluster in set(_clusters(text)) if not cluster.isascii())
    wanted = {MAIN_FAMILY, *(family for cluster in clusters for family in _families_with(cluster)[:1])}
    return [family for family in _coverage() if family in wanted]


def _in_print(cluster: str) -> str:
    """Print a letter with its marks; boxes come last, so that no mark ends up on a box."""
    boxed = _without_glyph(cluster)
    left = "".join(letter for letter in cluster if letter not in boxed)
    return left + "".join(f"{BOX}({as_numbers(letter)})" for letter in boxed)


def _without_glyph(cluster: str) -> list[str]:
    """
    The characters of a letter with its marks that cannot be printed.

    A cluster needs one font for all of it, or the marks would not be placed on the letter: even if each has a glyph in
    some font, together they may not.
    """
    if _families_with(cluster):
        return []
    families = _families_with(cluster[0])
    best = max(families, key=lambda family: sum(_has(family, letter) for letter in cluster), default=None)
    return [letter for letter in cluster if best is None or not _has(best, letter)]


def _clusters(text: str) -> Iterator[str]:
    """Split into letters, each with the marks on it and what is joined to it."""
    cluster = ""
    for letter in text:
        if cluster and (_goes_along(letter) or _is_joined(cluster, letter)):
            cluster += letter
        else:
            yield from filter(None, (cluster,))
            cluster = letter
    yield from filter(None, (cluster,))


def _goes_along(letter: str) -> bool:
    return letter in UNSEEN or letter in SKIN_COLOURS or unicodedata.category(letter) in ("Mn", "Mc", "Me")


def _is_joined(cluster: str, letter: str) -> bool:
    """Whether a joiner makes one picture (emoji) of both. Consonants do not count: each keeps its own glyph."""
    return cluster.endswith(ZERO_WIDTH_JOINER) and unicodedata.category(letter) in ("So", "Cn")


@lru_cache(maxsize=4096)
def _families_with(cluster: str) -> tuple[str, ...]:
    return tuple(family for family in _coverage() if all(_has(family, letter) for letter in cluster))


def _has(family: str, letter: str) -> bool:
    starts, ends = _coverage()[family]
    at = bisect_right(starts, ord(letter)) - 1
    return letter in UNSEEN or (at >= 0 and ord(letter) <= ends[at])


@cache
def _coverage() -> dict[str, tuple[list[int], list[int]]]:
    """By family, starts and ends of the ranges it covers. Stored beside the fonts; a test compares the two."""
    return {family: _ranges(has) for family, has in json.loads(COVERAGE.read_text()).items()}


def _ranges(has: str) -> tuple[list[int], list[int]]:
    pairs = [each.split("-") for each in has.split()]
    return [int(start, 16) for start, _ in pairs], [int(end, 16) for _, end in pairs]
