"""What is different between two texts of the agreement, word by word, readable without colour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clients.agreement_text import Block, Heading, ListBlock, Paragraph, Runs, Table, agreement_blocks

type Kind = Literal["same", "removed", "added"]

ALIKE: Final = 0.4  # the part of their words that two passages share from which on one has become the other
WORDS: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Passage:
    """A heading, paragraph, item of a list (with its number) or row of a table, as words; and the section it is in."""

    section: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """Words that are in both texts, only in the one before, or only in the one after."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """A passage with its words as they were and are; a new one is a single added piece, a dropped one a removed."""

    section: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Section:
    """The changes under one heading; those before the first heading are under none."""

    heading: str
    changes: tuple[Change, ...]


@lru_cache(maxsize=16)
def changes_between(before: str, after: str) -> tuple[Section, ...]:
    """
    List what is different, by section; what has only changed its look, such as bold letters, is not.

    A passage that has moved is removed where it was and added where it is.
    """
    changed = [change for change in compared(before, after) if any(piece.kind != "same" for piece in change.pieces)]
    by_section = groupby(changed, key=lambda change: change.section)
    return tuple(Section(heading, tuple(changes)) for heading, changes in by_section)


def compared(before: str, after: str) -> list[Change]:
    """Every passage of both texts in the order of reading, changed or not."""
    old, new = list(_passages(before)), list(_passages(after))
    matcher = SequenceMatcher(None, [each.words for each in old], [each.words for each in new], autojunk=False)
    return [_change(*pair) for _, i1, i2, j1, j2 in matcher.get_opcodes() for pair in _paired(old[i1:i2], new[j1:j2])]


# --- Passages ---------------------------------------------------------------------------------------


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


# --- Pairs ------------------------------------------------------------------------------------------


def _paired(old: list[Passage], new: list[Passage]) -> Iterator[tuple[Passage | None, Passage | None]]:
    """Pair passages in their order so that as much as possible stays; what has no counterpart has None."""
    best = _best_pairs(old, new)
    i = j = 0
    for at, to in [*best, (len(old), len(new))]:
        yield from ((each, None) for each in old[i:at])
        yield from ((None, each) for each in new[j:to])
        if at < len(old):
            yield old[at], new[to]
        i, j = at + 1, to + 1


def _best_pairs(old: list[Passage], new: list[Passage]) -> list[tuple[int, int]]:
    """The pairs, in order, whose likenesses add up to most: the longest common subsequence, with likeness as weight."""
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
    """The part of their words that both have, whatever the order."""
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


# --- As HTML ----------------------------------------------------------------------------------------


def changes_html(sections: Iterable[Section], *, heading_level: int = 3) -> SafeString:
    """Show changes: struck through and underlined for those who see, said for those who listen."""
    return format_html_join("", "{}", ((_section_html(section, heading_level),) for section in sections))


def _section_html(section: Section, level: int) -> SafeString:
    heading = format_html("<h{0}>{1}</h{0}>", level, section.heading) if section.heading else ""
    return format_html("{}{}", heading, format_html_join("", "<p>{}</p>", ((_html(each),) for each in section.changes)))


def _html(change: Change) -> SafeString:
    if [piece.kind for piece in change.pieces] == ["added"]:
        return format_html("<strong>New:</strong> {}", _piece_html(change.pieces[0]))
    if [piece.kind for piece in change.pieces] == ["removed"]:
        return format_html("<strong>Taken out:</strong> {}", _piece_html(change.pieces[0]))
    return format_html_join(" ", "{}", ((_piece_html(piece),) for piece in change.pieces))


def _piece_html(piece: Piece) -> SafeString:
    match piece.kind:
        case "same":
            return format_html("{}", piece.text)
        case "removed":
            return _marked("del", "taken out", piece.text)
        case "added":
            return _marked("ins", "added", piece.text)


def _marked(tag: str, said: str, text: str) -> SafeString:
    """Screen readers pass over the elements, so the words say it; what is unseen is not copied into the text."""
    return format_html('<{0}><span class="unseen">[{1}: </span>{2}<span class="unseen">]</span></{0}>', tag, said, text)
