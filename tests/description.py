"""The description of the API as those read it who follow its references."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


def described() -> dict[str, Any]:
    """All of it, with the answers that operations have in common put where they are referred to."""
    description: dict[str, Any] = json.loads(Client().get("/openapi.json").content)
    common = description["components"]["responses"]
    for operation in (operation for path in description["paths"].values() for operation in path.values()):
        answers = operation["responses"].items()
        operation["responses"] = {
            status: common[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
            for status, answer in answers
        }
    return description


def examples(description: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    """What an answer may hold, by the names of its examples."""
    content = description["paths"][path][method]["responses"][str(status)]["content"]["application/json"]
    return {name: example["value"] for name, example in content["examples"].items()}
