"""POST /clients that is taken: 201 and 202."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from clients.models import Client, ReferralPartnerClientLink, User
from partners.models import ReferralPartner
from tests.make import (
    make_agreement,
    registration_body,
)
from tests.onboarding.api.conftest import JANE, sign, user

BASE = "https://onboarding.debitura.test"


def test_a_new_client_is_a_202_with_everything_about_it(api: APIClient) -> None:
    response = api.post("/clients", registration_body())

    link = ReferralPartnerClientLink.objects.get()
    assert response.status_code == 202
    assert "Idempotent-Replayed" not in response.headers
    assert response.json() == {
        "externalTenantId": "tenant-1",
        "onboardingDone": False,
        "onboardingLinks": {"url": f"{BASE}/companydetails/{link.pk}"},
        "agreement": {
            "signedVersion": None,
            "currentVersion": 1,
            "mustSignBy": None,
            "reason": None,
            "signUrl": f"{BASE}/companydetails/{link.pk}",
        },
        "client": {
            "id": str(link.client_id),
            "companyName": "Acme A/S",
            "companyRegistrationNumber": "DK12345678",
            "officeEmail": "office@acme.test",
            "officePhone": "+45 70 00 00 00",
            "country": "Denmark",
            "address": "Nørregade 1",
            "zipCode": "1165",
            "city": "København",
            "state": None,
        },
        "users": [
            {
                "id": User.objects.get().pk,
                "name": "Jane Ann Doe",
                "firstName": "Jane Ann",
                "lastName": "Doe",
                "email": "jane@acme.test",
                "role": "CreditorAdmin",
            }
        ],
        "isAttributedClient": True,
        "referralFeePercentage": 12.5,
        "dateLinked": link.created_at.isoformat().replace("+00:00", "Z"),
        "caseStats": {"casesTotal": 0, "casesClosed": 0, "earningsUsd": 0},
    }


def test_a_signed_client_is_a_201_without_a_url(api: APIClient) -> None:
    first = api.post("/clients", registration_body())
    sign()

    response = api.post("/clients", registration_body())

    assert (response.status_code, response.headers["Idempotent-Replayed"]) == (201, "true")
    agreement = {"signedVersion": 1, "currentVersion": 1, "mustSignBy": None, "reason": None, "signUrl": None}
    ready = {"onboardingDone": True, "agreement": agreement}
    waited = {name: value for name, value in first.json().items() if name != "onboardingLinks"}
    assert response.json() == {**waited, **ready}


def test_a_repeat_is_the_same_answer_marked_as_a_replay(api: APIClient) -> None:
    first = api.post("/clients", registration_body())

    repeat = api.post("/clients", registration_body(name="Renamed A/S", users=[{**JANE, "email": "new@else.test"}]))

    assert (repeat.status_code, repeat.headers["Idempotent-Replayed"]) == (202, "true")
    assert repeat.content == first.content
    assert (Client.objects.count(), User.objects.count()) == (1, 1)


def test_a_newer_material_version_turns_a_201_into_a_202_for_its_upgrade(api: APIClient) -> None:
    api.post("/clients", registration_body())
    sign()
    make_agreement(published_at=timezone.now())

    response = api.post("/clients", registration_body())

    link = ReferralPartnerClientLink.objects.get()
    assert response.status_code == 202
    assert response.json()["onboardingDone"] is False
    assert response.json()["onboardingLinks"] == {"url": f"{BASE}/ContractUpgrade/Sign/{link.pk}"}


@pytest.mark.parametrize(
    "facts", [{"is_material": False, "published_at": timedelta()}, {"published_at": timedelta(days=1)}, {}]
)
def test_a_version_that_need_not_be_signed_by_now_changes_nothing(api: APIClient, facts: dict[str, Any]) -> None:
    """One of wording only, one that is for tomorrow, and a draft."""
    api.post("/clients", registration_body())
    sign()
    make_agreement(**{name: timezone.now() + fact if name == "published_at" else fact for name, fact in facts.items()})

    assert api.post("/clients", registration_body()).status_code == 201


def test_another_company_name_than_the_signed_one_must_sign_again(api: APIClient) -> None:
    api.post("/clients", registration_body())
    sign()
    Client.objects.update(name="Acme Holding A/S")

    response = api.post("/clients", registration_body())

    assert response.status_code == 202
    assert "/ContractUpgrade/Sign/" in response.json()["onboardingLinks"]["url"]


@pytest.mark.parametrize("fee", ["0.00", "0.01", "12.50", "33.33", "100.00"])
def test_the_fee_is_locked_and_written_as_a_number(api: APIClient, fee: str) -> None:
    ReferralPartner.objects.update(fee_percentage=fee)
    first = api.post("/clients", registration_body())
    ReferralPartner.objects.update(fee_percentage=50)

    answers = [first, api.post("/clients", registration_body()), api.get("/clients/tenant-1")]

    assert [answer.json()["referralFeePercentage"] for answer in answers] == [float(fee)] * 3


def test_the_url_comes_from_the_setting_and_never_from_the_request(api: APIClient, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    response = api.post("/clients", registration_body(), headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"})

    assert response.json()["onboardingLinks"]["url"].startswith(f"{BASE}/companydetails/")


def test_two_partners_may_use_the_same_id_for_their_own_clients(api: APIClient, rival_api: APIClient) -> None:
    mine = api.post("/clients", registration_body())
    theirs = rival_api.post(
        "/clients", registration_body(supportEmail="a@b.test", users=[{**JANE, "email": "b@b.test"}])
    )

    assert [mine.status_code, theirs.status_code] == [202, 202]
    assert mine.json()["client"]["id"] != theirs.json()["client"]["id"]


def test_several_users_are_answered_with_the_admin_first(api: APIClient) -> None:
    body = registration_body(users=[user(1), user(0), user(2, isOnboardingUser=None)])
    body["users"][2].pop("isOnboardingUser")

    users = api.post("/clients", body).json()["users"]

    assert [(each["email"], each["role"]) for each in users] == [
        ("user0@acme.test", "CreditorAdmin"),
        ("user1@acme.test", "CreditorUser"),
        ("user2@acme.test", "CreditorUser"),
    ]


@pytest.mark.parametrize("flag", [{}, {"isOnboardingUser": False}, {"isOnboardingUser": True}])
def test_a_single_user_is_the_onboarding_user(api: APIClient, flag: dict[str, bool]) -> None:
    response = api.post("/clients", registration_body(users=[{**JANE, **flag}]))

    assert response.json()["users"][0]["role"] == "CreditorAdmin"


def test_only_what_is_required_is_enough(api: APIClient) -> None:
    client = {"name": "Acme A/S", "country": "DK", "supportEmail": "office@acme.test"}

    response = api.post("/clients", {"externalTenantId": "tenant-1", "client": client, "users": [JANE]})

    assert response.status_code == 202
    assert response.json()["client"] | {"id": None} == {
        "id": None,
        "companyName": "Acme A/S",
        "companyRegistrationNumber": None,
        "officeEmail": "office@acme.test",
        "officePhone": None,
        "country": "Denmark",
        "address": None,
        "zipCode": None,
        "city": None,
        "state": None,
    }


def test_a_name_of_one_word_is_a_last_name(api: APIClient) -> None:
    [jane] = api.post("/clients", registration_body(users=[{**JANE, "name": "Jane"}])).json()["users"]

    assert (jane["firstName"], jane["lastName"]) == ("", "Jane")


@pytest.mark.parametrize("country", ["DK", "dk", "DNK", "Denmark", "DENMARK", " denmark ", "Danmark"])
def test_a_country_is_taken_by_code_or_name_in_any_letter_case(api: APIClient, country: str) -> None:
    assert api.post("/clients", registration_body(country=country)).json()["client"]["country"] == "Denmark"


@pytest.mark.parametrize("cases", [None, []])
def test_no_cases_may_be_sent_in_so_many_words(api: APIClient, cases: list[Any] | None) -> None:
    assert api.post("/clients", {**registration_body(), "cases": cases}).status_code == 202


def test_fifty_users_are_taken(api: APIClient) -> None:
    response = api.post("/clients", registration_body(users=[user(number) for number in range(50)]))

    assert (response.status_code, len(response.json()["users"])) == (202, 50)
