"""No body of a call is dear, whatever it is filled with: one request must not stop a process for everybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from cases.api.schemas import PreviewRequest
from edge.chunked import MAX_BODY
from edge.shapes import Shape
from onboarding.api.schemas import CreateClientRequest
from tests.cost import ALPHABETS, cpu_ms, full
from tests.make import registration_body
from tests.wire import send

# Beside another worker a measurement is of two things at once: the slow tests run alone.
pytestmark = pytest.mark.slow

A_FIELD, A_BODY = 50, 100  # milliseconds of CPU
# Text that is hard to compose slows down more on a busy machine than the yardstick does.
HARD_TO_COMPOSE = {"a hundred claims with marked comments": 150}
CLAIM: dict[str, Any] = {
    "currencyCode": "EUR",
    "amountToRecover": 1,
    "date": "2026-01-01",
    "debtor": {"type": "Company", "name": "A", "address": "B", "city": "C", "countryAlpha2": "DE"},
}
LEGAL = {
    "/clients": {**registration_body(), "cases": [CLAIM]},
    "/cases/preview": {**CLAIM, "debtor": {"type": "Company", "countryAlpha2": "DE"}},
}
del LEGAL["/cases/preview"]["date"]

type Place = tuple[str | int, ...]


def places_of_text(shape: type[Shape]) -> list[Place]:
    """Where a body of this shape holds text, of each list in its first item."""
    schema = shape.model_json_schema(by_alias=True)

    def walk(node: dict[str, Any], place: Place) -> Iterator[Place]:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        for option in node.get("anyOf", []):
            yield from walk(option, place)
        for name, part in node.get("properties", {}).items():
            yield from walk(part, (*place, name))
        if "items" in node:
            yield from walk(node["items"], (*place, 0))
        if "string" in node.get("type", []):
            yield place

    return list(walk(schema, ()))


PLACES = [
    *(("/clients", place) for place in places_of_text(CreateClientRequest)),
    *(("/cases/preview", place) for place in places_of_text(PreviewRequest)),
]


def filled(path: str, place: Place, text: str) -> bytes:
    """A body that is right, but for this text."""
    body = deepcopy(LEGAL[path])
    within: Any = body
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = text
    return json.dumps(body, ensure_ascii=False).encode()[: MAX_BODY + 1]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(PLACES), alphabet=st.sampled_from(sorted(ALPHABETS)))
def test_a_field_of_a_megabyte_is_not_dear(api: APIClient, field: tuple[str, Place], alphabet: str) -> None:
    path, place = field
    body = filled(path, place, full(ALPHABETS[alphabet]))

    assert cpu_ms(lambda: send(api, "POST", path, body), wanted=A_FIELD) < A_FIELD


@pytest.mark.slow
@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS.keys())
def test_no_field_of_a_megabyte_is_dear(api: APIClient, alphabet: str) -> None:
    text = full(alphabet)
    costs = {
        (path, place): cpu_ms(partial(send, api, "POST", path, filled(path, place, text)), wanted=A_FIELD)
        for path, place in PLACES
    }

    assert {field: cost for field, cost in costs.items() if cost >= A_FIELD} == {}


def array(item: str) -> str:
    """As many of these in a list as a body can hold."""
    return f"[{','.join([item] * (980_000 // (len(item) + 1)))}]"


def crowd(name: str, size: int = 75_000) -> str:
    """Many properties, each with a name of its own."""
    return "{" + ",".join(f'"{name}{number}":1' for number in range(size)) + "}"


def cases_full_of(text: str) -> str:
    """As many claims as may come, with as much text as fits."""
    claims = [{**CLAIM, "creditorReference": str(number), "comments": text} for number in range(100)]
    return json.dumps({**registration_body(), "cases": claims}, ensure_ascii=False)


DEAR = {
    "users that are nothing": f'{{"users": {array("{}")}}}',
    "users that are text": f'{{"users": {array('"a"')}}}',
    "users that are numbers": f'{{"users": {array("1")}}}',
    "cases that are nothing": f'{{"cases": {array("{}")}}}',
    "cases that are right": f'{{"cases": {array(json.dumps(CLAIM))}}}',
    "unknown names": crowd("a"),
    "unknown names in capitals": crowd("A"),
    "unknown names of a user": f'{{"users": [{crowd("a")}]}}',
    "one name again and again": "{" + ",".join(['"a":1'] * 160_000) + "}",
    "two long names that fold to the same": f'{{"{"ß" * 240_000}": 1, "{"SS" * 240_000}": 2}}',
    "objects": array("{}"),
    "objects in objects": array('{"a":' * 30 + "1" + "}" * 30),
    "lists in lists": array("[" * 30 + "]" * 30),
    "lists in lists with an escape": '["\\u0041",' + array("[[[[[[[[[]]]]]]]]]")[1:],
    "whole numbers": array("1"),
    "long whole numbers": array("1" * 100),
    "decimals": array("1.5"),
    "long decimals": array("1." + "5" * 97),
    "exponents": array("1e99"),
    "too large exponents": array("1e999"),
    "no numbers": array("NaN"),
    "strings": array('"a"'),
    "strings with NUL": array('"\\u0000"'),
    "halves of surrogate pairs": array('"\\ud800"'),
    "one string of them": '["' + "\\ud800" * 160_000 + '"]',
    "escapes": '["' + "\\u0041" * 160_000 + '"]',
    "quotation marks": '"' * 990_000,
    "escaped quotation marks": '"' + '\\"' * 490_000,
    "a string that does not end": "[" * 33 + '"' + '\\"' * 490_000,
    "a hundred claims with long comments": cases_full_of("æø " * 1333),
    "a hundred claims with marked comments": cases_full_of("a\u0301\u0323" * 1333),
    "a hundred claims with comments of many lines": cases_full_of("a\n" * 2000),
}


@pytest.mark.parametrize("name", DEAR)
def test_no_body_of_a_megabyte_is_dear(api: APIClient, name: str) -> None:
    sent, limit = DEAR[name].encode(), HARD_TO_COMPOSE.get(name, A_BODY)
    assert len(sent) <= MAX_BODY

    assert cpu_ms(lambda: send(api, "POST", "/clients", sent), wanted=limit) < limit


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (f'{{"users": {array("{}")}}}', {"body": ["Holds over 30000 values."]}),
        (f'{{"users": [{crowd("a", 201)}]}}', {"users[0]": ["Has over 200 properties."]}),
    ],
)
def test_what_is_too_much_at_once_is_said(api: APIClient, body: str, fields: dict[str, list[str]]) -> None:
    assert send(api, "POST", "/clients", body.encode()).json()["validationErrors"] == fields


def test_a_list_that_is_too_long_is_said_once(api: APIClient) -> None:
    refused = send(api, "POST", "/clients", b'{"users": [{},' + b"{}," * 49 + b"{}]}").json()["validationErrors"]

    assert [refused[path] for path in refused if path.startswith("users")] == [["Must hold at most 50."]]
