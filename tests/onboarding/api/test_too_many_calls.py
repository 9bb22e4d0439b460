"""The answers to who calls or asks too often are those that the description promises."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from partners import call_rate
from tests.description import OPERATIONS, assert_described, describe
from tests.make import make_client, registration_body

RATE_LIMITED = {"error", "message", "businessErrors"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return describe()


@pytest.mark.parametrize(("path", "method"), sorted(OPERATIONS))
def test_a_call_too_many_is_answered_as_described(
    api: APIClient,
    described: dict[str, Any],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    method: str,
) -> None:
    monkeypatch.setattr(call_rate, "monotonic", lambda: 1000.0)
    settings.CALLS_A_SECOND = 0.5
    url = path.format(externalTenantId="tenant-1", id=uuid4())

    first, refused = (api.generic(method.upper(), url, "{}", content_type="application/json") for _ in range(2))

    assert first.status_code != 429
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert_described(refused, described, path, method)
    assert (refused.json()["error"], refused.json().keys()) == ("RateLimited", RATE_LIMITED)


def test_who_asks_for_too_many_companies_is_answered_as_described(
    api: APIClient, described: dict[str, Any], settings: Settings
) -> None:
    settings.KNOWN_COMPANIES_A_DAY = settings.KNOWN_COMPANIES_TOLD_AT = 1
    for name in ("a", "b"):
        make_client(admin=f"jane@{name}.test", support_email=f"office@{name}.test")
    bodies = [registration_body(name, supportEmail=f"office@{name}.test") for name in ("a", "b")]

    first, refused = (api.post("/clients", body) for body in bodies)

    assert (first.status_code, refused.status_code) == (409, 429)
    assert_described(refused, described, "/clients", "post")
    assert (refused.json()["error"], refused.json().keys()) == ("RateLimited", RATE_LIMITED)
