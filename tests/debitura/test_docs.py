"""The description of the API: true, whole, and readable without the world outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from cases.api.schemas import PreviewRequest
from edge.errors import STANDARD
from edge.shapes import Shape
from onboarding.api.schemas import CreateClientRequest
from tests.description import OPERATIONS, describe, validator


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return describe()


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (operation for path in described["paths"].values() for operation in path.values())


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is sent and what is answered, with schemas and examples."""
    yield from (answer["content"]["application/json"] for answer in operation["responses"].values())
    yield from operation.get("requestBody", {}).get("content", {}).values()


def test_it_is_openapi_3_1_and_open_to_all(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == OPERATIONS
    assert described["components"]["securitySchemes"]["ApiKey"] == {"type": "apiKey", "in": "header", "name": "XApiKey"}
    assert all(operation["security"] == [{"ApiKey": []}] for operation in operations(described))


def test_it_is_made_without_a_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_every_answer_that_there_is_is_described_with_a_schema_and_an_example(described: dict[str, Any]) -> None:
    paths = described["paths"]
    post, get = paths["/clients"]["post"], paths["/clients/{externalTenantId}"]["get"]

    assert post["responses"].keys() == {"201", "202", "400", "401", "409", "413", "415", "422", "429", "500", "503"}
    assert get["responses"].keys() == {"200", "401", "404", "429", "500", "503"}
    assert [each["operationId"] for each in operations(described) if not all(map(_is_described, contents(each)))] == []


def _is_described(content: dict[str, Any]) -> bool:
    return bool(content["schema"] and content.get("examples"))


def test_every_example_is_what_its_schema_says(described: dict[str, Any]) -> None:
    wrong = [
        error.message
        for operation in operations(described)
        for content in contents(operation)
        for example in content["examples"].values()
        for error in validator(content["schema"], described).iter_errors(example["value"])
    ]

    assert wrong == []


@pytest.mark.parametrize(("path", "shape"), [("/clients", CreateClientRequest), ("/cases/preview", PreviewRequest)])
def test_the_example_of_a_request_is_taken(described: dict[str, Any], path: str, shape: type[Shape]) -> None:
    [content] = described["paths"][path]["post"]["requestBody"]["content"].values()

    assert content["examples"]
    assert [example for example in content["examples"].values() if not _is_taken(example["value"], shape)] == []


def test_every_example_of_a_field_is_what_its_schema_says(described: dict[str, Any]) -> None:
    fields = [
        facts
        for shape in described["components"]["schemas"].values()
        for facts in shape.get("properties", {}).values()
        if "examples" in facts
    ]

    assert fields
    assert [
        facts["examples"] for facts in fields if not all(map(validator(facts, described).is_valid, facts["examples"]))
    ] == []


def test_the_examples_of_errors_say_what_errors_say(described: dict[str, Any]) -> None:
    shown = {
        (int(status), example["value"]["error"], example["value"]["message"])
        for operation in operations(described)
        for status, answer in operation["responses"].items()
        for example in answer["content"]["application/json"]["examples"].values()
        if status in ("401", "404", "413", "415", "503")
    }

    assert shown == {(status, *STANDARD[status]) for status in (401, 404, 413, 415, 503)}


def test_every_answer_is_described_with_its_headers(described: dict[str, Any]) -> None:
    post = described["paths"]["/clients"]["post"]["responses"]

    answers = [answer for each in operations(described) for answer in each["responses"].values()]
    assert [answer for answer in answers if "X-Request-Id" not in answer["headers"]] == []
    assert {status for status, answer in post.items() if "Idempotent-Replayed" in answer["headers"]} == {"201", "202"}
    assert {status for status, answer in post.items() if "Retry-After" in answer["headers"]} == {"429", "503"}
    assert {status for status, answer in post.items() if "WWW-Authenticate" in answer["headers"]} == {"401"}


def test_what_all_operations_may_answer_is_said_once() -> None:
    described = Client().get("/openapi.json").json()

    own = {
        (each["operationId"], status)
        for each in operations(described)
        for status, answer in each["responses"].items()
        if "$ref" not in answer and int(status) >= 400
    }
    of_their_own = {("createClient", status) for status in ("400", "409", "422", "429")}
    assert own == {*of_their_own, ("previewCase", "400"), ("getClient", "404"), ("getCase", "404")}


def test_calls_go_to_where_the_description_is(described: dict[str, Any]) -> None:
    assert [server["url"] for server in described["servers"]] == ["/"]


def test_words_of_a_few_have_names_of_their_own(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    named = {name for name, schema in schemas.items() if "enum" in schema}
    assert named >= {"Lifecycle", "CloseCode", "DebtorType", "CaseErrorType", "UserRole", "ConflictType", "Reason"}
    assert [name for name in named if name.endswith("Enum")] == []
    assert [where for where, facts in fields(schemas) if "enum" in json.dumps(facts)] == []


def test_no_field_is_null_alone_and_none_has_a_default_to_send(described: dict[str, Any]) -> None:
    found = list(fields(described["components"]["schemas"]))

    only_null = [where for where, facts in found if {"type": "null"} in (facts, facts.get("items"))]
    assert ("CaseRequest", "dueDate") in dict(found)
    assert only_null == []
    assert [where for where, facts in found if "default" in facts and where[0] != "ErrorAnswer"] == []


def fields(schemas: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Every field, by its shape and its name, without what it is called and said of it."""
    for shape, schema in schemas.items():
        for name, facts in schema.get("properties", {}).items():
            yield (shape, name), {key: value for key, value in facts.items() if key not in ("title", "description")}


NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
VALID: dict[str, Any] = {
    "externalTenantId": "t",
    "client": {"name": "Acme", "country": "DK", "supportEmail": "office@acme.test"},
    "users": [{"name": "Jane", "email": "jane@acme.test"}],
}
JANE: dict[str, Any] = VALID["users"][0]


def _client(**facts: Any) -> dict[str, Any]:
    return {**VALID, "client": {**VALID["client"], **facts}}


LIMITS = {
    "as it is": (VALID, True),
    "unknown property": ({**VALID, "other": 1}, False),
    "unknown property inside": (_client(other=1), False),
    "no tenant id": ({**VALID, "externalTenantId": ""}, False),
    "long tenant id": ({**VALID, "externalTenantId": "x" * 255}, True),
    "too long tenant id": ({**VALID, "externalTenantId": "x" * 256}, False),
    "tenant id with a slash": ({**VALID, "externalTenantId": "a/b"}, False),
    "tenant id ..": ({**VALID, "externalTenantId": ".."}, False),
    "tenant id ...": ({**VALID, "externalTenantId": "..."}, True),
    "blank name": (_client(name=" \u200b"), False),
    "long name": (_client(name="x" * 200), True),
    "too long name": (_client(name="x" * 201), False),
    "name of two lines": (_client(name="a\nb"), True),
    "name with a mark of direction": (_client(name="a\u202eb"), True),
    "name with a control character": (_client(name="a\x1bb"), False),
    "name of many scripts": (_client(name="株式会社 Ω «é»"), True),
    "no address": (_client(address=None), True),
    "blank address": (_client(address=" "), True),
    "too long phone": (_client(supportPhone="1" * 33), False),
    "phone as a number": (_client(supportPhone=1), False),
    "no users": ({**VALID, "users": []}, False),
    "too many users": ({**VALID, "users": [JANE] * 51}, False),
    "no cases": ({**VALID, "cases": []}, True),
    "cases": ({**VALID, "cases": [{}]}, False),
    "too long e-mail": (_client(supportEmail="a" * 250 + "@acme.test"), False),
    "flag as text": ({**VALID, "users": [{**JANE, "isOnboardingUser": "true"}]}, False),
}


@pytest.mark.parametrize(("body", "taken"), LIMITS.values(), ids=LIMITS)
def test_what_the_schema_says_is_what_is_enforced(described: dict[str, Any], body: Any, taken: bool) -> None:
    [content] = described["paths"]["/clients"]["post"]["requestBody"]["content"].values()

    assert validator(content["schema"], described).is_valid(body) is taken
    assert _is_taken(body) is taken


def _is_taken(body: Any, shape: type[Shape] = CreateClientRequest) -> bool:
    try:
        shape.model_validate(json.loads(json.dumps(body), parse_float=Decimal), context={"at": NOW})
    except ValueError:
        return False
    return True


def test_names_are_shown_as_they_are_on_the_wire(described: dict[str, Any]) -> None:
    shown = {
        (name, schema.get("title", name))
        for shape in described["components"]["schemas"].values()
        for name, schema in shape.get("properties", {}).items()
    }

    assert {name for name, _ in shown} == {title for _, title in shown}


def test_the_page_takes_everything_from_files_of_our_own(client: Client) -> None:
    response = client.get("/docs/")
    html = response.content.decode()

    needed = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert needed
    assert [address for address in needed if not address.startswith(("/static/", "/openapi.json", "data:,"))] == []
    files = [address.removeprefix("/static/") for address in needed if address.startswith("/static/")]
    assert [file for file in files if finders.find(file) is None] == []
    assert "<style" not in html
    assert re.findall(r"<script(?! src=)", html) == []
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_the_page_is_for_reading(client: Client) -> None:
    assert client.head("/docs/").status_code == 200
    assert client.post("/docs/").status_code == 405
