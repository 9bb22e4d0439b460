"""What we answer beyond the contract that partners' clients were generated from is said, and nothing is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.contract.generated import PUBLISHED
from tests.description import describe


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    return describe()


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    contract: dict[str, Any] = yaml.safe_load(PUBLISHED.read_text())
    return contract


def meant(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references and beside null."""
    if "$ref" in schema:
        return meant(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in (schema.get("allOf"), schema.get("anyOf")):
        if several:
            return meant(document, next(each for each in several if each.get("type") != "null"))
    return schema


def beyond(ours: dict[str, Any], schema: Any, published: dict[str, Any], theirs: Any, path: str = "") -> Iterator[str]:
    """Where ours has a property that theirs has not."""
    schema, theirs = meant(ours, schema), meant(published, theirs)
    if "items" in schema:
        yield from beyond(ours, schema["items"], published, theirs["items"], path)
    for name, inner in schema.get("properties", {}).items():
        if name not in theirs.get("properties", {name: {}}):
            yield f"{path}.{name}".removeprefix(".")
        elif name in theirs.get("properties", {}):
            yield from beyond(ours, inner, published, theirs["properties"][name], f"{path}.{name}")


def answers(ours: dict[str, Any], published: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Each answer of ours beside the published one."""
    for path, operations in published["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                own = ours["paths"][path][method]["responses"].get(status)
                if own is not None:
                    yield tuple(each["content"]["application/json"]["schema"] for each in (own, answer))


def test_every_published_operation_and_answer_is_there(ours: dict[str, Any], published: dict[str, Any]) -> None:
    missing = {
        (path, method, status)
        for path, operations in published["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
        if status not in ours["paths"][path][method]["responses"]
    }

    # A list that asks for nothing has nothing that could be wrong with it.
    assert missing <= {("/referral-partner/filter-options", "get", "400"), ("/coverage", "get", "400")}


def test_what_we_say_beyond_it_is_listed(ours: dict[str, Any], published: dict[str, Any]) -> None:
    found = {name for own, theirs in answers(ours, published) for name in beyond(ours, own, published, theirs)}

    listed = str(settings.SPECTACULAR_SETTINGS["DESCRIPTION"])
    assert {name.removeprefix("clients.") for name in found} == set(settings.BEYOND_THE_CONTRACT)
    assert [name for name in settings.BEYOND_THE_CONTRACT if f"`{name}`" not in listed] == []
