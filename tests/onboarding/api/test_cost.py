"""How many statements calls about clients take."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.make import (
    registration_body,
)
from tests.onboarding.api.conftest import sign, statements, user


@pytest.mark.parametrize("users", [1, 50])
def test_a_new_client_costs_twelve_statements_at_most(api: APIClient, users: int) -> None:
    body = registration_body(users=[user(number) for number in range(users)])

    with CaptureQueriesContext(connection) as asked:
        assert api.post("/clients", body).status_code == 202

    assert len(statements(asked)) <= 12


@pytest.mark.parametrize("signed", [False, True])
def test_a_replay_costs_five_statements_at_most_and_takes_no_lock(api: APIClient, signed: bool) -> None:
    make_signed_or_not(api, signed)

    with CaptureQueriesContext(connection) as asked:
        api.post("/clients", registration_body())

    assert len(statements(asked)) <= 5
    assert "FOR " not in "".join(statements(asked))
    assert "advisory" not in "".join(statements(asked))


@pytest.mark.parametrize("signed", [False, True])
def test_a_read_costs_four_statements_at_most(api: APIClient, signed: bool) -> None:
    make_signed_or_not(api, signed)

    with CaptureQueriesContext(connection) as asked:
        api.get("/clients/tenant-1")

    assert len(statements(asked)) <= 4


def make_signed_or_not(api: APIClient, signed: bool) -> None:
    """A client, with users enough to see whether they are read one by one."""
    api.post("/clients", registration_body(users=[user(number) for number in range(5)]))
    for _ in range(signed):
        sign()


def test_api_requests_touch_no_session(api: APIClient) -> None:
    api.cookies["sessionid"] = "a" * 32

    with CaptureQueriesContext(connection) as asked:
        created = api.post("/clients", registration_body())
        read = api.get("/clients/tenant-1")

    assert not [each["sql"] for each in asked if "session" in each["sql"] or "staff" in each["sql"]]
    assert not hasattr(read.wsgi_request, "session")
    assert (created.cookies, read.cookies) == ({}, {})
