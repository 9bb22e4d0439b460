"""What something costs in CPU time, on a machine whose speed is not known and changes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TRIES = 4
# CPU milliseconds that the piece of work below took where the limits were measured.
YARDSTICK = 12.0

# What is dear about a text, in a few characters to fill it with.
ALPHABETS = {
    "marks in the wrong order": "\u0301\u0323",
    "marks that come apart into marks": "\u0f73\u0344",
    "marks beyond the basic plane": "\U0001d165\U0001e8d0",
    "one letter that becomes eighteen": "\ufdfa",
    "syllables in pieces": "\u1100\u1161\u11a8",
    "what nobody can see": "\u200b\u2060",
    "blanks of all kinds": " \u00a0\u3000",
    "ends of lines": "a\n",
    "letters of two cases": "ßΐ",
    "unassigned characters": "\u0378",
    "characters that are escaped": '\\"',
    "labels of a domain": "xn--.",
    "encoded words": "=?",
}


def full(alphabet: str, size: int = 990_000) -> str:
    """So many bytes of this alphabet in UTF-8, or a little less."""
    return alphabet * (size // len(alphabet.encode()))


def cpu_ms(act: Callable[[], object], *, wanted: float) -> float:
    """Milliseconds of CPU time that this takes on the machine of the limits; tried anew if it is more than wanted."""
    with _without_collections():
        tried = _measure(act) / _slowness()
        for _ in range(TRIES):
            if tried < wanted:
                break
            tried = min(tried, _measure(act) / _slowness())
    return tried


def _measure(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return (time.thread_time() - began) * 1000


def _slowness() -> float:
    """How many times as long as there a piece of work takes here and now; a faster machine is given no less time."""
    return max(1.0, _measure(lambda: sum(number % 7 for number in range(150_000))) / YARDSTICK)


@contextmanager
def _without_collections() -> Iterator[None]:
    """A collection of garbage that others left is not what is measured."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
