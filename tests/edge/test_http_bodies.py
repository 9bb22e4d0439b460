"""Bodies over HTTP: which are taken, and how the others are refused."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from clients.models import Client
from edge.chunked import MAX_BODY, ReadsChunkedBodies
from tests.wire import BODY, assert_error, post


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


def test_a_form_over_the_limit_is_a_413(client: Browser) -> None:
    response = client.post("/admin/login/", {"username": "x" * (MAX_BODY + 1)}, headers={"Accept": "application/json"})

    assert_error(response, 413, "PayloadTooLarge")
