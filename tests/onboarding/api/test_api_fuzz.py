"""Any body at all: never a 5xx, and a 400 names the places that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from edge.errors import field_path
from tests.make import registration_body
from tests.wire import send

FEW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck], database=None)
MANY = settings(FEW, max_examples=2000, derandomize=False)

REQUIRED = {
    *("externalTenantId", "client", "users", "client.name", "client.country", "client.supportEmail"),
    *(f"users[{index}].{name}" for index in range(51) for name in ("name", "email")),
}
# What is told where it is missing, or does not go with what is there.
OF_A_CASE = ["currencyCode", "amountToRecover", "amountToRecoverOver12Months", "date", "dueDate", "debtor"]
OF_A_DEBTOR = ["type", "name", "address", "city", "countryAlpha2", "country", "stateAlpha2"]
REQUIRED |= {
    f"cases[{index}].{name}"
    for index in range(101)
    for name in [*OF_A_CASE, *(f"debtor.{each}" for each in OF_A_DEBTOR)]
}
NAMES = st.sampled_from(["name", "EMAIL", "externaltenantid", "Users", "cases", "", "a.b", "[0]", "ſ", "\0", "\ud800"])
UNSEEN = ["", " ", "\u200b", "\0", "\ud800", "a\nb", "\u202eb", "\U00016fff", "\U00016d67" * 2]
LONG = ["\ufdfa" * 100, "x" * 300, "😀" * 255, "\ufdfa" * 20 + "@acme.test"]
SHORT = ["DK", "denmark", "..", "/", "jane@acme.test", "JANE@ACME.TEST ", "a@b.c d", "ß@ß.test"]
NASTY_TEXT = st.sampled_from([*UNSEEN, *LONG, *SHORT])
NASTY: st.SearchStrategy[Any] = NASTY_TEXT | st.sampled_from(
    [0, -1, 10**50, 10**4000, 1.5, 1e308, float("nan"), float("inf"), True, False, None, [], {}, [[]], [None]]
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    NASTY | TEXT | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXT, inner, max_size=4),
    max_leaves=8,
)
JANE = {"name": "Jane Ann Doe", "email": "jane@acme.test", "isOnboardingUser": True}
IB = {"name": "Ib Berg", "email": "ib@acme.test", "isOnboardingUser": False}
USERS = st.sampled_from([[JANE], [JANE, IB], [JANE, IB, {"name": "Bo", "email": "office@acme.test"}]])
CLAIM = {
    "currencyCode": "EUR",
    "amountToRecover": 1250,
    "amountToRecoverOver12Months": 100,
    "amountToRecoverOver24Months": 50,
    "date": "2026-01-15",
    "dueDate": "2026-02-14",
    "creditorReference": "INV-1",
    "debtor": {"type": "Company", "name": "Owing", "address": "Street 1", "city": "City", "countryAlpha2": "DE"},
}
CLAIMS = st.sampled_from([[], [CLAIM], [CLAIM, {**CLAIM, "creditorReference": "INV-2", "comments": "Hurry"}]])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A body that was right, until one to three things in it were changed."""
    body = registration_body(
        draw(st.sampled_from(["tenant-1", "tenant-2", "ø ?%#", "x" * 255])), users=deepcopy(draw(USERS))
    )
    body["cases"] = deepcopy(draw(CLAIMS))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        container, key = draw(st.sampled_from(list(_places(body))))
        draw(st.sampled_from([_replace, _replace, _replace, _drop, _rename, _add]))(container, key, draw)
    return _written(body, draw(st.sampled_from(["", "", "", "", "", '"name":', '"users":'])))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _replace(container: Any, key: Any, draw: st.DrawFn) -> None:
    """Text mostly by text, or hardly a body would be taken."""
    container[key] = draw(NASTY_TEXT) if isinstance(container[key], str) else deepcopy(draw(VALUES))


def _drop(container: Any, key: Any, draw: st.DrawFn) -> None:
    del container[key]


def _rename(container: Any, key: Any, draw: st.DrawFn) -> None:
    changes: list[Callable[[str], str]] = [str.upper, str.swapcase, lambda name: name + "x"]
    if isinstance(container, dict):
        container[draw(st.sampled_from(changes))(key)] = container.pop(key)


def _add(container: Any, key: Any, draw: st.DrawFn) -> None:
    if isinstance(container, dict):
        container[draw(NAMES | TEXT)] = deepcopy(draw(VALUES))
    else:
        container.append(deepcopy(draw(VALUES)))


def _written(body: Any, twice: str) -> bytes:
    """As JSON; one of its properties given twice, if named."""
    text = json.dumps(body, ensure_ascii=True)
    return (text.replace(twice, f"{twice.upper()} 1, {twice}", 1) if twice else text).encode()


def places(sent: bytes) -> set[str]:
    """Every path in a body, folded, as errors would write it; the whole alone, if it cannot be read."""
    try:
        value = json.loads(sent, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return {"body"}
    return {field_path(steps).casefold() for steps in _steps(value, ())}


class _Pairs(list[tuple[str, Any]]):
    """An object with all that it was given."""


def _steps(value: Any, before: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield before
    pairs = value if isinstance(value, _Pairs) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from _steps(item, (*before, key))


def assert_taken_or_told_why(api: APIClient, sent: bytes) -> None:
    """And nothing of it is left for the next."""
    with transaction.atomic():
        answer = send(api, "POST", "/clients", sent)
        again = send(api, "POST", "/clients", sent)
        transaction.set_rollback(True)
    assert (answer.status_code, again.status_code) in ((202, 202), (400, 400)), sent
    told = json.loads(answer.content).get("validationErrors", {"body": ["It was taken."]})
    known = places(sent) | {path.casefold() for path in REQUIRED} | {"body"}
    assert told
    assert all(told.values())
    assert [path for path in told if path.casefold() not in known] == []


@FEW
@given(sent=spoilt())
def test_a_body_with_something_wrong_in_it(api: APIClient, sent: bytes) -> None:
    assert_taken_or_told_why(api, sent)


@FEW
@given(sent=VALUES)
def test_any_json(api: APIClient, sent: Any) -> None:
    assert_taken_or_told_why(api, json.dumps(sent).encode())


@FEW
@given(sent=st.binary(max_size=200))
def test_any_bytes(api: APIClient, sent: bytes) -> None:
    assert_taken_or_told_why(api, sent)


@pytest.mark.slow
@MANY
@given(sent=spoilt())
def test_many_bodies_with_something_wrong_in_them(api: APIClient, sent: bytes) -> None:
    assert_taken_or_told_why(api, sent)


@pytest.mark.slow
@MANY
@given(sent=VALUES)
def test_much_of_any_json(api: APIClient, sent: Any) -> None:
    assert_taken_or_told_why(api, json.dumps(sent).encode())
