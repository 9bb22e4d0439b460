"""
Normalise text as it is sent to one line or several (product-rules 1.3), the same for the API, pages and the admin.

Invisible characters that were copied along are dropped: direction marks around a phone number, byte order marks, soft
hyphens. Characters that have no place in text are refused. Length is limited before anything walks through the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pydantic_core import PydanticCustomError

# Control characters other than tabs and line ends.
CONTROL = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
# Without the separators of files and records, which Python counts as white space.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
HAS_CONTROL = re.compile(f"[{CONTROL}]")
OTHER_LINE_ENDS = "\v\f\r\x85\u2028\u2029"
LINE_END = re.compile(f"\r\n|[\n{OTHER_LINE_ENDS}]")
# The visible ones among format characters: number signs of the Arabic, Syriac and Kaithi scripts.
SEEN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
FORMATS = frozenset(
    chr(code) for code in (*range(0x20000), *range(0xE0000, 0xE1000)) if unicodedata.category(chr(code)) == "Cf"
)
# Other characters that take no room or look like a blank: fillers, the empty Braille pattern, variation selectors.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2028\u2029\u2065\u2800\u3164\ufe00-\ufe0f\uffa0"
LAST_OF_PLANE_0 = "\uffff"
UNSEEN_FORMATS = "".join(sorted(FORMATS - SEEN_FORMATS))
BEYOND_PLANE_0 = "\U0001d159\U000e0000-\U000e0fff"
# A line of nothing else is blank. Schemas say so for plane 0 only: JavaScript reads a character beyond it as two.
UNSEEN_IN_PLANE_0 = r"\s" + FILLERS + "".join(each for each in UNSEEN_FORMATS if each <= LAST_OF_PLANE_0)
UNSEEN = UNSEEN_IN_PLANE_0 + BEYOND_PLANE_0 + "".join(each for each in UNSEEN_FORMATS if each > LAST_OF_PLANE_0)
SEEN = re.compile(f"[^{UNSEEN}]")
OTHER_BLANK = re.compile(r"[^\S\n ]")
BLANKS = re.compile("  +")

# They shape the letters beside them: without them names in Persian or Sinhala are spelled differently.
JOINERS = frozenset("\u200c\u200d")
# Useful beside letters but not in codes: variation selectors, joiners, and what keeps marks apart.
OF_LETTERS = frozenset({"\u034f", *map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0)), *JOINERS})
# Where Unicode adds emoji every year; the database may know more or fewer of them.
PICTURES = range(0x1F000, 0x1FB00)

# A letter may be sent as several characters (Vietnamese and Korean from macOS), and there may be many blanks.
CHARACTERS_A_LETTER = 4
# Ordering the marks on a letter takes time with the square of their number. Unicode's stream-safe format allows thirty
# (UAX 15); no language puts more than a handful on one.
MARKS_ON_A_LETTER = 30
BEYOND_ALL_MARKS = 0x1F000


def one_line(sent: str, *, max_length: int, line_end: str = " ", is_code: bool = False) -> str:
    """
    Normalise to one line: trimmed, in NFC, each run of white space one blank, at most `max_length` long.

    Line ends inside the text become `line_end`. A code (a phone or registration number, a postal code) also loses the
    characters that only format letters. Raises PydanticCustomError, which schemas turn into the field's error.
    """
    lines = [" ".join(line.split()) for line in LINE_END.split(_visible(sent, max_length, is_code=is_code))]
    line = lines[0] if len(lines) == 1 else line_end.join(filter(None, (each.strip(line_end) for each in lines)))
    if len(line) > max_length:
        raise too_long(max_length)
    return line


def several_lines(sent: str, *, max_length: int) -> str:
    r"""Normalise to several lines, with `\n` between them, at most `max_length` long in all."""
    text = _visible(sent, max_length).replace("\r\n", "\n")
    for line_end in OTHER_LINE_ENDS:
        text = text.replace(line_end, "\n")
    text = BLANKS.sub(" ", OTHER_BLANK.sub(" ", text)).replace(" \n", "\n").replace("\n ", "\n")
    if len(text) > max_length:
        raise too_long(max_length)
    return text


def trimmed(sent: str) -> str:
    """Strip white space and invisible characters from both ends; the inside stays as it was."""
    return sent.strip(_at_the_ends())


def sought(text: str) -> str:
    """Normalise a search term as one_line normalises stored text."""
    return " ".join(without_formats(text).split())


def without_formats(text: str) -> str:
    """Return the text without characters that are invisible or only format letters."""
    for character in set(text) & _dropped(True):
        text = text.replace(character, "")
    return text


def has_letter(text: str) -> bool:
    """Whether it has a letter of any script, as people's names do; marks, digits, emoji and apostrophes are none."""
    return any(each.isalpha() and unicodedata.category(each) != "Lm" for each in text)


def has_letter_or_digit(text: str) -> bool:
    """Whether it has a letter or a digit, as companies' names do."""
    return any(map(str.isalnum, text))


def too_long(max_length: int) -> PydanticCustomError:
    """The error for text that is too long."""
    return PydanticCustomError("string_too_long", "At most {max_length} characters.", {"max_length": max_length})


def _visible(sent: str, max_length: int, *, is_code: bool = False) -> str:
    """The text in NFC without invisible characters; its lines are as they were."""
    text = sent.strip(WHITE_SPACE)
    if len(text) > CHARACTERS_A_LETTER * max_length:
        raise too_long(max_length)
    if text.isascii():
        _refuse_controls(text)
        return text
    letters = set(text)
    _refuse_controls("".join(letters))
    for character in letters & _dropped(is_code):
        text = text.replace(character, "")
    return _composed(trimmed(text), letters)


def _refuse_controls(text: str) -> None:
    if HAS_CONTROL.search(text):
        raise PydanticCustomError("control_characters", "Control characters are not allowed.")


def _composed(text: str, letters: set[str]) -> str:
    """
    Return the text in NFC; refuse characters whose normal form may change, and letters with too many marks.

    `letters` holds at least the characters of the text.
    """
    if any(unicodedata.category(letter) == "Cn" and ord(letter) not in PICTURES for letter in letters):
        # The database may have a newer Unicode, and would then disagree that the text is in NFC.
        raise PydanticCustomError("unassigned_characters", "Holds a character that is not assigned in Unicode.")
    if _too_many_marks(letters).search(text):
        raise PydanticCustomError("marks", "Holds a letter with too many marks on it.")
    return unicodedata.normalize("NFC", text)


@cache
def _dropped(is_code: bool) -> frozenset[str]:
    return (FORMATS - SEEN_FORMATS - JOINERS) | (OF_LETTERS if is_code else frozenset())


@cache
def _at_the_ends() -> str:
    return WHITE_SPACE + "".join(_dropped(False) | JOINERS)


def _too_many_marks(letters: set[str]) -> re.Pattern[str]:
    """The pattern of a letter with too many marks; that for all of Unicode is five times slower and seldom needed."""
    marks, in_plane_0, anywhere = _marks()
    return anywhere if any(letter > LAST_OF_PLANE_0 for letter in letters & marks) else in_plane_0


@cache
def _marks() -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """All characters that combine with the one before, at least once decomposed; and patterns of too many in a row."""
    marks = sorted(filter(_is_a_mark, map(chr, range(BEYOND_ALL_MARKS))))
    in_plane_0 = [mark for mark in marks if mark <= LAST_OF_PLANE_0]
    return frozenset(marks), _too_many_of(in_plane_0), _too_many_of(marks)


def _too_many_of(marks: list[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(marks)}]{{{MARKS_ON_A_LETTER + 1}}}")


def _is_a_mark(character: str) -> bool:
    if unicodedata.category(character) not in ("Mn", "Mc"):
        return unicodedata.combining(character) != 0
    return unicodedata.combining(unicodedata.normalize("NFD", character)[0]) != 0
