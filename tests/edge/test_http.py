"""The edges of the API over HTTP: every refusal has the same body, headers and request id."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from contextlib import closing
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client as Browser
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from clients.models import Client
from edge.answer_errors import NeverRaises
from edge.chunked import MAX_BODY, ReadsChunkedBodies
from onboarding.api import viewsets as clients_api
from tests.make import registration_body
from tests.wire import assert_error, send

BODY = json.dumps(registration_body()).encode()
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
TEXT_HTML = {"Accept": "text/html"}


def post(api: APIClient, body: bytes = BODY, content_type: str = "application/json", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(api, "POST", "/clients", body, content_type, named)


# --- Bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {"externalTenantId", "client", "users"}),
        (b" ", {"body"}),
        (b"[]", {"body"}),
        (b'"text"', {"body"}),
        (b"null", {"body"}),
        (b"{}", {"externalTenantId", "client", "users"}),
        (BODY + BODY, {"body"}),
        (BODY.replace(b"Acme", b"\xff"), {"body"}),
        (BODY.replace(b"Acme", rb"\u0000"), {"client.name"}),
        (BODY.replace(b"Acme", rb"\ud800"), {"client.name"}),
        (BODY.replace(b"Acme", rb"A\u001bcme"), {"client.name"}),
        (BODY.replace(b'"name"', b'"NAME": "x", "name"', 1), {"client.name"}),
        (BODY.replace(b'"name"', b'"nmae"', 1), {"client.name", "client.nmae"}),
        (BODY.replace(b"true", b"NaN"), {"users[0].isOnboardingUser"}),
        (BODY.replace(b"true", b"1" * 5000), {"users[0].isOnboardingUser"}),
        (BODY.replace(b"true", b"1e999999999"), {"users[0].isOnboardingUser"}),
        (b"[" * 33, {"body"}),
    ],
)
def test_a_body_that_cannot_be_taken_is_a_400_that_names_the_place(
    api: APIClient, body: bytes, fields: set[str]
) -> None:
    error = assert_error(post(api, body), 400, "ValidationError")

    assert error["validationErrors"].keys() == fields
    assert not Client.objects.exists()


def test_property_names_are_taken_in_any_letter_case(api: APIClient) -> None:
    body = BODY.replace(b'"externalTenantId"', b'"ExternalTenantId"').replace(b'"supportEmail"', b'"SUPPORTEMAIL"')

    assert post(api, body).status_code == 202


def test_a_body_of_a_megabyte_is_read_and_one_byte_more_is_a_413(api: APIClient) -> None:
    exactly = BODY + b" " * (MAX_BODY - len(BODY))

    assert post(api, exactly).status_code == 202
    assert_error(post(api, exactly + b" "), 413, "PayloadTooLarge")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/html",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/+json",
        "application/a/b+json",
        "xapplication/json",
        "*/*",
        "nonsense",
        "json",
    ],
)
def test_only_json_is_taken(api: APIClient, content_type: str) -> None:
    assert_error(post(api, content_type=content_type), 415, "UnsupportedMediaType")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json-patch+json",
        "application/json",
        "text/json",
        "application/merge-patch+json",
        "application/vnd.api+json",
        "Application/JSON-Patch+JSON ; Charset=UTF-8",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=utf8",
        "application/json; charset=utf-16",
        "application/json; odata=verbose; charset=",
        "TEXT/JSON;",
    ],
)
def test_json_is_taken_by_all_its_names_and_the_bytes_decide_its_charset(api: APIClient, content_type: str) -> None:
    assert post(api, content_type=content_type).status_code == 202
    assert_error(post(api, BODY.decode().encode("utf-16"), content_type), 400, "ValidationError")


def test_a_byte_order_mark_is_no_part_of_the_body(api: APIClient) -> None:
    assert post(api, b"\xef\xbb\xbf" + BODY).status_code == 202


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "gzip, identity", "nonsense"])
def test_a_compressed_body_is_a_415_that_says_so(api: APIClient, encoding: str) -> None:
    answer = post(api, gzip.compress(BODY), Content_Encoding=encoding)

    assert "Content-Encoding" in assert_error(answer, 415, "UnsupportedMediaType")["message"]
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_a_body_may_say_that_it_is_not_compressed(api: APIClient, encoding: str) -> None:
    assert post(api, Content_Encoding=encoding).status_code == 202


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml", "image/png", "nonsense"])
def test_the_answer_is_json_whatever_is_asked_for(api: APIClient, accept: str) -> None:
    assert post(api, Accept=accept).headers["Content-Type"] == "application/json"
    assert_error(post(api, b"", Accept=accept), 400, "ValidationError")


def test_a_chunked_body_is_given_a_length_that_django_reads() -> None:
    seen: dict[str, Any] = {}
    application = ReadsChunkedBodies(lambda environ, start_response: seen.update(environ) or [])

    application({"HTTP_TRANSFER_ENCODING": "gzip, Chunked"}, lambda *args: None)

    assert int(seen["CONTENT_LENGTH"]) > MAX_BODY


# --- Addresses and methods --------------------------------------------------------------------------


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


# --- Request ids, headers, crashes ----------------------------------------------------------------


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


# --- TLS --------------------------------------------------------------------------------------------

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


def test_a_form_over_the_limit_is_a_413(client: Browser) -> None:
    response = client.post("/admin/login/", {"username": "x" * (MAX_BODY + 1)}, headers={"Accept": "application/json"})

    assert_error(response, 413, "PayloadTooLarge")
