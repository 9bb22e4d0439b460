"""Requests byte by byte, and the one body of all errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.test import APIClient

from tests.make import registration_body


def send(
    api: APIClient,
    method: str,
    path: str,
    body: bytes = b"",
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Send exactly this body; the stubs believe that bodies are text."""
    client: Any = api
    return client.generic(method, path, body, content_type=content_type, headers=headers or {})


def assert_error(response: Any, status: int, error: str) -> dict[str, Any]:
    """The body of product-rules 1.4, and nothing more in it."""
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Request-Id"]
    body: dict[str, Any] = json.loads(response.content)
    assert body.keys() - {"validationErrors"} == {"error", "message", "businessErrors"}
    assert body["error"] == error
    assert body["businessErrors"] == [{"type": error, "message": body["message"], "solutionUrl": None}]
    return body


BODY = json.dumps(registration_body()).encode()
TEXT_HTML = {"Accept": "text/html"}


def post(api: APIClient, body: bytes = BODY, content_type: str = "application/json", **headers: str) -> Any:
    """Send a client, or what is no body of one; headers by their names with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(api, "POST", "/clients", body, content_type, named)
