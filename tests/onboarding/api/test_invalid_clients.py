"""POST /clients that is refused for what is in the body: 400."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Client, ReferralPartnerClientLink, User
from tests.cases.bodies import CASE
from tests.make import (
    make_client,
    registration_body,
)
from tests.onboarding.api.conftest import JANE, user


def refused(api: APIClient, body: dict[str, Any]) -> dict[str, list[str]]:
    """The fields of a 400; nothing was created."""
    response = api.post("/clients", body)
    assert (response.status_code, response.json()["error"]) == (400, "ValidationError")
    assert not ReferralPartnerClientLink.objects.exists()
    fields: dict[str, list[str]] = response.json()["validationErrors"]
    return fields


def test_everything_that_is_missing_is_told_at_once(api: APIClient) -> None:
    required = ["This field is required."]

    assert refused(api, {}) == {"externalTenantId": required, "client": required, "users": required}
    assert refused(api, {"externalTenantId": "t", "client": {}, "users": [{}, {"name": "Jane"}]}) == {
        "client.name": required,
        "client.country": required,
        "client.supportEmail": required,
        "users[0].name": required,
        "users[0].email": required,
        "users[1].email": required,
    }


@pytest.mark.parametrize("users", [[user(1), user(2)], [user(0), user(1, isOnboardingUser=True)]])
def test_of_several_users_exactly_one_is_the_onboarding_user(api: APIClient, users: list[Any]) -> None:
    sentence = "Of several users exactly one has isOnboardingUser true."

    assert refused(api, registration_body(users=users)) == {"users": [sentence]}


@pytest.mark.parametrize("email", ["user0@acme.test", "USER0@ACME.TEST", " user0@acme.test "])
def test_two_users_do_not_share_an_address(api: APIClient, email: str) -> None:
    users = [user(0), user(1), user(2, email=email)]
    sentence = "users[0] and users[2] have the same e-mail address."

    assert refused(api, registration_body(users=users)) == {"users": [sentence]}


def test_a_user_may_have_the_support_address(api: APIClient) -> None:
    assert api.post("/clients", registration_body(supportEmail="JANE@acme.test")).status_code == 202


def test_fifty_one_users_are_too_many(api: APIClient) -> None:
    users = [user(number) for number in range(51)]

    assert refused(api, registration_body(users=users)) == {"users": ["Must hold at most 50."]}


def test_no_users_are_too_few(api: APIClient) -> None:
    assert refused(api, registration_body(users=[])) == {"users": ["Must hold at least 1."]}


def test_more_than_100_cases_are_too_many(api: APIClient) -> None:
    assert refused(api, {**registration_body(), "cases": [CASE] * 101}) == {"cases": ["Must hold at most 100."]}


@pytest.mark.parametrize("cases", [None, []])
def test_no_cases_are_as_good_as_none_sent(api: APIClient, cases: Any) -> None:
    response = api.post("/clients", {**registration_body(), "cases": cases})

    assert response.status_code == 202
    assert "caseResults" not in response.json()


LENGTHS = {
    "name": 200,
    "registrationNumber": 64,
    "address": 500,
    "zipCode": 20,
    "city": 100,
    "state": 100,
    "supportPhone": 32,
}


@pytest.mark.parametrize(("name", "length"), LENGTHS.items())
def test_lengths_are_taken_to_the_last_character_and_not_one_more(api: APIClient, name: str, length: int) -> None:
    too_long = refused(api, registration_body(**{name: "ø" * (length + 1)}))

    assert too_long == {f"client.{name}": [f"At most {length} characters."]}
    assert api.post("/clients", registration_body(**{name: "ø" * length})).status_code == 202


def test_a_users_name_has_200_characters_at_most(api: APIClient) -> None:
    too_long = refused(api, registration_body(users=[{**JANE, "name": "ø" * 201}]))

    assert too_long == {"users[0].name": ["At most 200 characters."]}
    assert api.post("/clients", registration_body(users=[{**JANE, "name": "ø" * 200}])).status_code == 202


def test_addresses_of_254_characters_are_taken(api: APIClient) -> None:
    support, jane = ("a" * 64 + "@" + ".".join([letter * 61] * 3) + ".com" for letter in "bc")

    answer = api.post("/clients", registration_body(supportEmail=support, users=[{**JANE, "email": jane}]))

    assert (len(support), answer.status_code) == (254, 202)


@pytest.mark.parametrize("country", ["XX", "D", "Tyskland", "Korea", "", "45"])
def test_a_country_that_is_none_is_refused(api: APIClient, country: str) -> None:
    assert refused(api, registration_body(country=country)).keys() == {"client.country"}


@pytest.mark.parametrize("tenant_id", ["", "a/b", "a\\b", ".", "..", "a\tb", "x" * 256, None, 7])
def test_a_tenant_id_that_cannot_be_kept_is_refused(api: APIClient, tenant_id: Any) -> None:
    assert refused(api, {**registration_body(), "externalTenantId": tenant_id}).keys() == {"externalTenantId"}


def test_a_repeat_with_a_wrong_body_is_told_what_is_wrong(api: APIClient) -> None:
    """The shape of the body is checked always (product-rules 2.1)."""
    api.post("/clients", registration_body())

    assert api.post("/clients", registration_body(users=[])).status_code == 400


def test_a_repeat_of_what_was_right_stays_right_whatever_became_of_the_client(api: APIClient) -> None:
    api.post("/clients", registration_body())
    User.objects.update(email="moved@acme.test")
    Client.objects.update(name="Renamed A/S", country="SE", withdrawn_at=timezone.now())
    make_client(admin="other@acme.test")

    repeat = api.post("/clients", registration_body(users=[user(0, email="other@acme.test")]))

    assert (repeat.status_code, repeat.headers["Idempotent-Replayed"]) == (202, "true")


def test_query_parameters_are_not_looked_at(api: APIClient) -> None:
    assert api.post("/clients?externalTenantId=other&x=%00", registration_body()).status_code == 202
    assert api.get("/clients/tenant-1?externalTenantId=other").status_code == 200
