"""Text is stored as it reads: whatever passes, sent again as it is held, is held the same (product-rules 1.3)."""

from __future__ import annotations

import json

import pytest
from rest_framework.test import APIClient

from edge.kinds_of_text import Line
from tests.make import make_coverage, make_rate
from tests.onboarding.bodies import BODIES, Path, fields_of, outcome, said

TEXTS = {
    "a file's first mark": "\ufeffA1",
    "marks of direction": "\u202aA1\u202c \u2068b\u2069\u200f",
    "a soft hyphen and zero width": "A\u00ad1\u200b\u2060",
    "line ends": "\r\nA1\r\nB2\n\n",
    "other line ends": "A1\vB2\fC3\u0085D4\u2028E5\u2029",
    "tabs and blanks": " \tA1\t\u00a0 B2\u3000",
    "letters taken apart": "Ae\u0301 1 Ng\u0302u\u031bo\u0309",
    "joiners": "A1 \u0646\u0627\u0645\u0647\u200c\u0627\u06cc",
    "a picture": "A1 \U0001f600\U0001faf6",
    "plane 2": "A1 \U00020bb7\u91ce\u5bb6",
}
LINES = [
    (url, path, kind)
    for url, (body, shape) in BODIES.items()
    for path, field in fields_of(shape, body)
    for kind in field.metadata
    # Countries and states are read as such, and who a case is assigned to is looked up.
    if isinstance(kind, Line) and path[-1] not in ("country", "countryAlpha2", "stateAlpha2", "assignedUserEmail")
]
FIELDS = [(url, path, kind) for url, path, kind in LINES if kind.max_length >= 50]


def _named(part: object) -> str:
    return "".join(map(str, part)) if isinstance(part, tuple) else ""


@pytest.fixture(autouse=True)
def _covered(agreement: object) -> None:
    make_coverage(country="DE")
    make_rate()


def test_every_kind_of_text_is_tried() -> None:
    assert {type(kind).__name__ for *_, kind in FIELDS} == {
        "AddressLine",
        "Code",
        "CompanyName",
        "OptionalLine",
        "OptionalText",
        "PersonName",
    }
    assert len(FIELDS) > 15


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("url", "path", "kind"), FIELDS, ids=_named)
def test_text_is_held_as_it_reads_and_reads_the_same_again(
    api: APIClient, url: str, path: Path, kind: Line, text: str
) -> None:
    body, _ = BODIES[url]
    reads = kind.read(TEXTS[text])

    sent = outcome(api, url, said(body, path, TEXTS[text]))

    assert sent == outcome(api, url, said(body, path, reads))
    assert kind.read(reads) == reads
    assert json.dumps(reads)[1:-1] in sent[2]


@pytest.mark.parametrize(("url", "path", "kind"), LINES, ids=_named)
def test_text_may_be_as_long_as_its_schema_says(api: APIClient, url: str, path: Path, kind: Line) -> None:
    body, _ = BODIES[url]
    longest = "A1" + "\u00e9" * (kind.max_length - 2)

    longer, held = (outcome(api, url, said(body, path, text)) for text in (longest + "e", longest))

    assert (longer[0], held[0]) == (400, outcome(api, url, body)[0])
    assert json.dumps(longest)[1:-1] in held[2]
