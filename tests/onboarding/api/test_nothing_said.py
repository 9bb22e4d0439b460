"""Nothing, said in five ways: left out, null, empty, blanks, and the nil UUID are the same (product-rules 1.2)."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.make import make_coverage, make_rate
from tests.onboarding.bodies import BODIES, CLIENT, NIL, Path, fields_of, outcome, said

NOTHING = {"null": None, "empty": "", "blanks": " \t\u00a0", "unseen": "\ufeff\u200b", "nil": NIL}
FIELDS = [
    (url, path)
    for url, (body, shape) in BODIES.items()
    for path, field in fields_of(shape, body)
    if not field.is_required()
]
# Only a UUID can be nil.
WAYS = [(*field, way) for field in FIELDS for way in NOTHING if way != "nil" or str(field[1][-1]).endswith("Id")]


@pytest.fixture(autouse=True)
def _covered(agreement: object) -> None:
    make_coverage(country="DE")
    make_rate()


def test_all_that_need_not_be_said_is_tried() -> None:
    tried = {path for _, path in FIELDS}

    assert len(tried) > 35
    assert {("client", "zipCode"), ("users", 0, "isOnboardingUser"), ("cases", 0, "debtor", "phone")} <= tried
    assert {("cases",), ("cases", 0, "isTest"), ("dueDate",), ("debtor", "stateAlpha2")} <= tried


@pytest.mark.parametrize(("url", "path", "way"), WAYS, ids=lambda each: "".join(map(str, each)))
def test_nothing_is_the_same_in_whatever_way_it_is_said(api: APIClient, url: str, path: Path, way: str) -> None:
    body, _ = BODIES[url]

    left_out = outcome(api, url, said(body, path, KeyError))

    assert outcome(api, url, said(body, path, NOTHING[way])) == left_out


def test_what_is_said_is_kept_so_that_leaving_it_out_makes_a_difference(api: APIClient) -> None:
    assert outcome(api, "/clients", CLIENT) != outcome(api, "/clients", said(CLIENT, ("cases", 0, "tag"), KeyError))
