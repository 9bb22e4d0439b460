"""Addresses, methods and hosts: where nothing is, the answer says so."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from tests.wire import BODY, assert_error, post, send


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/cases/preview", "GET", "POST"),
        ("/clients", "PUT", "GET, POST, HEAD"),
        ("/clients", "DELETE", "GET, POST, HEAD"),
        ("/clients", "OPTIONS", "GET, POST, HEAD"),
        ("/clients", "TRACE", "GET, POST, HEAD"),
        ("/clients", "NONSENSE", "GET, POST, HEAD"),
        ("/clients/tenant-1", "POST", "GET, HEAD"),
        ("/clients/tenant-1", "DELETE", "GET, HEAD"),
        ("/clients/tenant-1", "OPTIONS", "GET, HEAD"),
        ("/openapi.json", "POST", "GET, HEAD"),
        ("/openapi.json", "OPTIONS", "GET, HEAD"),
        ("/healthz", "POST", "GET, HEAD"),
        ("/readyz", "OPTIONS", "GET, HEAD"),
    ],
)
def test_a_method_that_does_not_work_is_a_405_that_says_which_do(
    api: APIClient, path: str, method: str, allow: str
) -> None:
    response = send(api, method, path)

    assert_error(response, 405, "MethodNotAllowed")
    assert response.headers["Allow"] == allow


def test_a_head_that_does_not_work_has_no_body(api: APIClient) -> None:
    response = api.head("/cases/preview")

    assert (response.status_code, response.headers["Allow"], response.content) == (405, "POST", b"")


def test_head_answers_like_get_without_the_body(api: APIClient) -> None:
    post(api)

    read, head = api.get("/clients/tenant-1"), api.head("/clients/tenant-1")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == read.headers["Content-Length"]


@pytest.mark.parametrize(
    "path",
    [
        "/clients/",
        "/clients/a/b",
        "/clients/a%2Fb",
        "/clients/a%5Cb",
        "/clients/tenant-1/",
        "/clients/%00",
        "/clients/a%0Ab",
        "/clients/" + "a" * 256,
        "/clients/%ff",
        "/clients/%zz",
        "/clients/%2e%2e",
        "/Clients",
        "/clientsandmore",
        "/nothing/here",
        "/nothing%00",
        "/" + "x" * 5000,
        "/openapi.json/",
        "/healthz/",
    ],
)
def test_an_address_where_nothing_is_is_a_404(api: APIClient, path: str) -> None:
    assert_error(api.get(path), 404, "NotFound")


@pytest.mark.parametrize(
    "path", ["/clients/", "/%2Fclients", "/clients//tenant-1", "/clients/tenant-1/", "/cases/preview/"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slash_too_much_is_named(api: APIClient, method: str, path: str) -> None:
    error = assert_error(send(api, method, path, BODY), 404, "NotFound")

    assert "slash" in error["message"]


def test_no_slash_is_named_where_another_thing_is_wrong(api: APIClient) -> None:
    assert "slash" not in assert_error(api.get("/clients/tenant-1"), 404, "NotFound")["message"]


def test_an_unknown_address_is_a_page_to_those_who_ask_for_one(client: Browser) -> None:
    response = client.get("/nothing/here", headers={"Accept": "text/html,*/*"})

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert b"There is nothing here" in response.content


@pytest.mark.parametrize("host", ["evil.test", "", "a b", "localhost:x"])
def test_an_unknown_host_is_a_400(api: APIClient, host: str) -> None:
    assert_error(api.get("/clients/tenant-1", headers={"Host": host}), 400, "BadRequest")
