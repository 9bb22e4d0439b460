"""Request ids, the headers that protect, and crashes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client as Browser
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from edge.answer_errors import NeverRaises
from edge.chunked import MAX_BODY
from onboarding.api import viewsets as clients_api
from tests.wire import BODY, TEXT_HTML, assert_error, post, send

POLICY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize("id", ["a", "7c1f.2026_11-24", "A" * 128])
def test_a_valid_request_id_of_the_caller_is_kept(api: APIClient, id: str) -> None:
    assert post(api, X_Request_Id=id).headers["X-Request-Id"] == id


@pytest.mark.parametrize("id", ["", "A" * 129, "two words", "a/b", "ø", "a\tb", "<script>", "a,b"])
def test_an_invalid_request_id_is_replaced(api: APIClient, id: str) -> None:
    given = post(api, X_Request_Id=id).headers["X-Request-Id"]

    assert given != id
    assert len(given) == 32


@pytest.mark.parametrize(
    ("method", "path", "policy"),
    [
        ("POST", "/clients", NOTHING),
        ("PUT", "/clients", NOTHING),
        ("GET", "/clients/unknown", NOTHING),
        ("GET", "/openapi.json", NOTHING),
        ("GET", "/healthz", NOTHING),
        ("GET", "/demo/mail.json", NOTHING),
        ("GET", "/static/debitura.css", NOTHING),
        ("GET", "/static/icon.svg", NOTHING),
        ("GET", "/", PAGE),
        ("GET", "/nothing", PAGE),
        ("PUT", "/", PAGE),
        ("GET", "/companydetails/6dce590e-0000-4000-8000-000000000000", PAGE),
        ("GET", "/demo/mail/", PAGE),
        ("GET", "/docs/", f"{PAGE}; script-src 'self'; connect-src 'self'"),
        ("GET", "/admin/login/", f"{PAGE}; script-src 'self'"),
    ],
)
def test_every_answer_has_the_headers_that_protect(api: APIClient, method: str, path: str, policy: str) -> None:
    with closing(send(api, method, path, b"{}", headers=TEXT_HTML)) as answer:
        headers = answer.headers

    assert {name: headers.get(name) for name in POLICY} == POLICY
    assert headers["Content-Security-Policy"] == policy


def test_a_crash_and_an_unknown_host_have_the_headers_too(client: Browser) -> None:
    client.raise_request_exception = False
    with patch("debitura.docs.render", side_effect=ValueError):
        crash = client.get("/docs/", headers=TEXT_HTML)
    unknown = client.get("/", headers={"Host": "evil.test", **TEXT_HTML})

    assert (crash.status_code, unknown.status_code) == (500, 400)
    for answer in (crash, unknown):
        assert {name: answer.headers.get(name) for name in POLICY} == POLICY
        assert answer.headers["Content-Security-Policy"] == PAGE


def test_a_crash_outside_django_is_answered_with_an_id() -> None:
    def crashing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise ValueError("jane@acme.test")

    said: list[Any] = []
    [body] = NeverRaises(crashing)({}, lambda *head: said.extend(head))

    status, headers = said
    assert status.startswith("500 ")
    assert json.loads(body)["error"] == "ServerError"
    assert dict(headers)["X-Request-Id"] in json.loads(body)["message"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/clients"), ("GET", "/clients/tenant-1"), ("PUT", "/clients")])
def test_no_cache_keeps_what_a_partner_is_answered(api: APIClient, method: str, path: str) -> None:
    assert send(api, method, path, BODY).headers["Cache-Control"] == "no-store"


def test_a_crash_is_a_500_that_names_the_request_and_nothing_else(api: APIClient) -> None:
    with patch.object(clients_api, "onboard_client", side_effect=RuntimeError("SELECT secret FROM table")):
        response = post(api, X_Request_Id="request-7")

    error = assert_error(response, 500, "ServerError")
    assert "request-7" in error["message"]
    assert b"secret" not in response.content


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/clients", b"{}", 400),
        ("POST", "/clients", b"x" * (MAX_BODY + 1), 413),
        ("PUT", "/clients", b"", 405),
        ("GET", "/clients/nobody", b"", 404),
        ("GET", "/clients/a/b", b"", 404),
        ("GET", "/nothing", b"", 404),
    ],
)
def test_debug_changes_no_answer(
    api: APIClient, settings: Settings, method: str, path: str, body: bytes, status: int
) -> None:
    before = send(api, method, path, body)
    settings.DEBUG = True
    after = send(api, method, path, body)

    assert (after.status_code, after.content) == (before.status_code, before.content)
    assert after.status_code == status


def test_debug_shows_neither_settings_nor_traces(api: APIClient, settings: Settings) -> None:
    settings.DEBUG = True

    assert_error(api.get("/clients/tenant-1", headers={"Host": "evil.test"}), 400, "BadRequest")
    with patch.object(clients_api, "onboard_client", side_effect=RuntimeError):
        assert_error(post(api), 500, "ServerError")
