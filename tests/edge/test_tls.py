"""Without TLS nothing is said; who is believed that there was some."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from clients.models import Client
from tests.wire import TEXT_HTML, assert_error, post

PROXY, STRANGER = "10.0.0.7", "203.0.113.9"


@pytest.fixture
def over_tls(settings: Settings) -> None:
    """As in production, where the proxy says how the visitor came."""
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]


def asked_by(peer: str, path: str, said: str | None = None) -> Any:
    headers = {} if said is None else {"X-Forwarded-Proto": said}
    return Browser().get(path, headers={**headers, **TEXT_HTML}, REMOTE_ADDR=peer)


@pytest.mark.parametrize("path", ["/clients", "/clients/tenant-1", "/cases", "/coverage", "/openapi.json", "/healthz/"])
def test_a_call_without_tls_is_refused_and_not_led_on(over_tls: None, db: None, path: str) -> None:
    error = assert_error(asked_by(PROXY, path, "http"), 403, "HttpsRequired")

    assert "over https" in error["message"]
    assert asked_by(PROXY, path, "https").status_code in {200, 401, 404}


def test_a_call_without_tls_does_nothing(over_tls: None, api: APIClient) -> None:
    assert_error(post(api), 403, "HttpsRequired")

    assert not Client.objects.exists()


@pytest.mark.parametrize("path", ["/", "/docs/", "/admin/login/", "/nothing", "/static/debitura.css"])
def test_a_page_without_tls_leads_to_the_one_with_it(over_tls: None, path: str) -> None:
    answer = asked_by(PROXY, path, "http")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://testserver{path}")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_load_balancer_may_ask_without_tls(over_tls: None, db: None, path: str) -> None:
    assert asked_by(STRANGER, path).status_code == 200


@pytest.mark.parametrize(
    ("peer", "said", "is_believed"),
    [
        (PROXY, "https", True),
        (PROXY, "HTTPS", True),
        (PROXY, "https, https", True),
        ("::ffff:10.0.0.7", "https", True),
        (PROXY, "https, http", False),
        (PROXY, "http, https", False),
        (PROXY, "", False),
        (PROXY, None, False),
        (STRANGER, "https", False),
        ("", "https", False),
    ],
)
def test_that_it_came_over_tls_is_believed_of_trusted_proxies_alone(
    over_tls: None, db: None, peer: str, said: str | None, is_believed: bool
) -> None:
    page, call = asked_by(peer, "/", said), asked_by(peer, "/clients", said)

    assert (page.status_code, call.status_code) == ((200, 401) if is_believed else (301, 403))


def test_without_trusted_proxies_nobody_is_believed(over_tls: None, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []

    assert asked_by(PROXY, "/", "https").status_code == 301


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Original-URL", "Forwarded", "X-Host"])
def test_nothing_but_the_host_header_says_the_host(over_tls: None, header: str) -> None:
    answer = Browser().get("/docs/", headers={header: "host=evil.test"}, REMOTE_ADDR=PROXY)

    assert answer.headers["Location"] == "https://testserver/docs/"
