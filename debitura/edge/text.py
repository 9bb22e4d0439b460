"""Text as it is sent, made one line or several in one form. Its length is bounded before anything walks it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pydantic_core import PydanticCustomError

# Control characters, line ends, and what turns the direction of reading: a contract must read as it is stored.
NOT_IN_A_LINE = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f"
# Takes no room on its own: a line of nothing else is blank.
UNSEEN = (
    r"\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u2800\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0"
)
CLEAN = re.compile(f"[^{NOT_IN_A_LINE}]*")
SEEN = re.compile(f"[^{UNSEEN}]")
BLANKS_IN_A_LINE = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
LINE_ENDS = re.compile(" ?\n ?")

# A letter can come as several characters (Vietnamese and Korean as macOS writes them), and blanks can be many.
CHARACTERS_A_LETTER = 4
# Putting the marks on a letter into their order takes the square of their number. Thirty are what Unicode's
# stream-safe format allows (UAX 15); no language puts more than a handful on one.
MARKS_ON_A_LETTER = 30
BEYOND_ALL_MARKS = 0x1F000
LAST_OF_PLANE_0 = "\uffff"


def one_line(sent: str, *, max_length: int) -> str:
    """
    Make text of one line out of what was sent: trimmed, in NFC, runs of white space one blank; at most so long.

    Raises what schemas turn into the field's error.
    """
    line = sent.strip()
    check_room(line, max_length)
    check_clean(line)
    line = " ".join(composed(line).split())
    if len(line) > max_length:
        raise too_long(max_length)
    return line


def several_lines(sent: str, *, max_length: int) -> str:
    r"""Do the same for text of several lines, with `\n` between them; at most so long as a whole."""
    text = sent.strip()
    check_room(text, max_length)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    check_clean(text.replace("\n", " "))
    text = LINE_ENDS.sub("\n", BLANKS_IN_A_LINE.sub(" ", composed(text)))
    if len(text) > max_length:
        raise too_long(max_length)
    return text


def check_room(sent: str, max_length: int) -> None:
    """Refuse at a glance what is too long however it is read."""
    if len(sent) > CHARACTERS_A_LETTER * max_length:
        raise too_long(max_length)


def check_clean(line: str) -> None:
    """Refuse what makes text read otherwise than it is stored."""
    if not CLEAN.fullmatch(line):
        raise PydanticCustomError(
            "control_characters", "Control characters, line breaks and marks of writing direction are not allowed."
        )


def too_long(max_length: int) -> PydanticCustomError:
    """Make the error of text that is too long."""
    return PydanticCustomError("string_too_long", "At most {max_length} characters.", {"max_length": max_length})


def composed(text: str) -> str:
    """Return text of bounded length in NFC, or refuse what a normal form does not hold for or takes too long."""
    if text.isascii():
        return text
    letters = set(text)
    if any(unicodedata.category(letter) == "Cn" for letter in letters):
        # The database may be of a newer Unicode, and would then not agree that the text is in NFC.
        raise PydanticCustomError("unassigned_characters", "Holds a character that is not assigned in Unicode.")
    if _too_many_marks(letters).search(text):
        raise PydanticCustomError("marks", "Holds a letter with too many marks on it.")
    return unicodedata.normalize("NFC", text)


def _too_many_marks(letters: set[str]) -> re.Pattern[str]:
    """What finds a letter with too many marks; that for all of Unicode is five times as dear, and seldom needed."""
    marks, in_plane_0, anywhere = _marks()
    return anywhere if any(letter > LAST_OF_PLANE_0 for letter in letters & marks) else in_plane_0


@cache
def _marks() -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """All characters that stand on the one before, by themselves or once taken apart; and too many of them in a row."""
    marks = sorted(filter(_is_a_mark, map(chr, range(BEYOND_ALL_MARKS))))
    in_plane_0 = [mark for mark in marks if mark <= LAST_OF_PLANE_0]
    return frozenset(marks), _too_many_of(in_plane_0), _too_many_of(marks)


def _too_many_of(marks: list[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(marks)}]{{{MARKS_ON_A_LETTER + 1}}}")


def _is_a_mark(character: str) -> bool:
    if unicodedata.category(character) not in ("Mn", "Mc"):
        return unicodedata.combining(character) != 0
    return unicodedata.combining(unicodedata.normalize("NFD", character)[0]) != 0
