"""Compare two texts of the agreement, word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal

from clients.agreement_text import Block, Heading, ListBlock, Paragraph, Runs, Table, agreement_blocks

type Kind = Literal["same", "removed", "added"]

ALIKE: Final = 0.4  # the share of common words from which two passages count as one that was edited
WORDS: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Passage:
    """A heading, paragraph, list item (with its number) or table row, as words, and the section that it is in."""

    section: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """Words that are in both texts, only in the old one, or only in the new one."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """A passage with its old and new words. A new passage is one added piece, a deleted one a removed piece."""

    section: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Section:
    """The changes under one heading, which is empty for those before the first heading."""

    heading: str
    changes: tuple[Change, ...]


@lru_cache(maxsize=16)
def changes_between(before: str, after: str) -> tuple[Section, ...]:
    """
    The passages that differ, by section. Formatting alone, such as bold letters, makes no difference.

    A passage that has moved shows as removed from its old place and added at its new one.
    """
    changed = [change for change in compared(before, after) if any(piece.kind != "same" for piece in change.pieces)]
    by_section = groupby(changed, key=lambda change: change.section)
    return tuple(Section(heading, tuple(changes)) for heading, changes in by_section)


def compared(before: str, after: str) -> list[Change]:
    """Every passage of both texts in reading order, changed or not."""
    old, new = list(_passages(before)), list(_passages(after))
    matcher = SequenceMatcher(None, [each.words for each in old], [each.words for each in new], autojunk=False)
    return [_change(*pair) for _, i1, i2, j1, j2 in matcher.get_opcodes() for pair in _paired(old[i1:i2], new[j1:j2])]


def _passages(markdown: str) -> Iterator[Passage]:
    section = ""
    for block in agreement_blocks(markdown):
        if isinstance(block, Heading):
            section = " ".join(_words(block.runs))
        for words in _of_block(block):
            yield Passage(section, words)


def _of_block(block: Block) -> Iterator[tuple[str, ...]]:
    match block:
        case Heading(runs=runs) | Paragraph(runs=runs):
            yield _words(runs)
        case ListBlock():
            yield from _of_list(block)
        case Table(header=header, rows=rows):
            for row in (header, *rows):
                yield tuple(word for cell in row for word in ("|", *_words(cell)))[1:]


def _of_list(block: ListBlock) -> Iterator[tuple[str, ...]]:
    for number, item in enumerate(block.items, block.start):
        mark: tuple[str, ...] = (f"{number}." if block.ordered else "•",)
        for part in item:
            for words in _of_block(part):
                yield (*mark, *words)
                mark = ()


def _words(runs: Runs) -> tuple[str, ...]:
    return tuple(WORDS.findall("".join(run.text for run in runs)))


def _paired(old: list[Passage], new: list[Passage]) -> Iterator[tuple[Passage | None, Passage | None]]:
    """Pair passages in order, so that as much as possible stays the same; those without a counterpart get None."""
    best = _best_pairs(old, new)
    i = j = 0
    for at, to in [*best, (len(old), len(new))]:
        yield from ((each, None) for each in old[i:at])
        yield from ((None, each) for each in new[j:to])
        if at < len(old):
            yield old[at], new[to]
        i, j = at + 1, to + 1


def _best_pairs(old: list[Passage], new: list[Passage]) -> list[tuple[int, int]]:
    """The indices of the pairs with the highest total likeness: a longest common subsequence weighted by likeness."""
    likeness = [[_likeness(each, other) for other in new] for each in old]
    most = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            pair = likeness[i][j] + most[i + 1][j + 1] if likeness[i][j] >= ALIKE else 0.0
            most[i][j] = max(pair, most[i + 1][j], most[i][j + 1])
    return list(_walk(likeness, most))


def _walk(likeness: list[list[float]], most: list[list[float]]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(most) - 1 and j < len(most[0]) - 1:
        if most[i][j] == most[i + 1][j]:
            i += 1
        elif most[i][j] == most[i][j + 1]:
            j += 1
        else:
            yield i, j
            i, j = i + 1, j + 1


def _likeness(one: Passage, other: Passage) -> float:
    """The share of words that the two have in common, from 0 to 1, whatever their order."""
    shared = (Counter(one.words) & Counter(other.words)).total()
    return 2 * shared / max(1, len(one.words) + len(other.words))


def _change(old: Passage | None, new: Passage | None) -> Change:
    match old, new:
        case Passage(words=was), Passage(section, words):
            return Change(section, tuple(_pieces(was, words)))
        case Passage(section, words), None:
            return Change(section, (Piece("removed", " ".join(words)),))
        case None, Passage(section, words):
            return Change(section, (Piece("added", " ".join(words)),))
        case _:
            raise ValueError("A change is of a passage.")


def _pieces(was: tuple[str, ...], words: tuple[str, ...]) -> Iterator[Piece]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, was, words, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", " ".join(words[j1:j2]))
            continue
        if i1 < i2:
            yield Piece("removed", " ".join(was[i1:i2]))
        if j1 < j2:
            yield Piece("added", " ".join(words[j1:j2]))
