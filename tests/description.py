"""The OpenAPI description, its examples, and whether an answer is what it says."""

from __future__ import annotations

from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator

OPERATIONS = {
    ("/clients", "get"),
    ("/clients", "post"),
    ("/clients/{externalTenantId}", "get"),
    ("/cases", "get"),
    ("/cases/{id}", "get"),
    ("/cases/preview", "post"),
    ("/coverage", "get"),
    ("/referral-partner/filter-options", "get"),
}


def describe() -> dict[str, Any]:
    """The whole description, with the answers that operations share put where they are referred to."""
    description: dict[str, Any] = Client().get("/openapi.json").json()
    shared = description["components"]["responses"]
    for operation in (operation for path in description["paths"].values() for operation in path.values()):
        answers = operation["responses"].items()
        operation["responses"] = {
            status: shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
            for status, answer in answers
        }
    return description


def examples(description: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    """What an answer may hold, by the names of its examples."""
    content = description["paths"][path][method]["responses"][str(status)]["content"]["application/json"]
    return {name: example["value"] for name, example in content["examples"].items()}


def validator(schema: dict[str, Any], described: dict[str, Any]) -> Draft202012Validator:
    """What checks values against a schema of the description."""
    return Draft202012Validator(
        {**schema, "components": described["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def assert_described(response: Any, described: dict[str, Any], path: str, method: str) -> None:
    """The status is described for this operation, and with it these headers and no others, and this body."""
    answers = described["paths"][path][method]["responses"]
    assert str(response.status_code) in answers
    answer = answers[str(response.status_code)]
    ours = {name for each in answers.values() for name in each["headers"]}
    sent = {name: _typed(response.headers[name]) for name in ours if name in response.headers}
    schemas = {name: header["schema"] for name, header in answer["headers"].items()}
    assert sent.keys() == schemas.keys()
    assert [name for name, value in sent.items() if not validator(schemas[name], described).is_valid(value)] == []
    [media_type] = answer["content"]
    assert response.headers["Content-Type"] == media_type
    validator(answer["content"][media_type]["schema"], described).validate(response.json())


def _typed(value: str) -> str | int:
    return int(value) if value.isdecimal() else value
