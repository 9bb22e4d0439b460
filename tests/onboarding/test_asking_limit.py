"""Who asks for many companies that we know is stopped, before it knows who our clients are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from rest_framework.test import APIClient

from clients.models import Client
from onboarding.models import AskingLimitReached, MatchedAddress
from onboarding.tasks import forget_kept_forms
from partners.models import ReferralPartner
from tests.make import make_client, make_link, registration_body

LIMIT = 3


@pytest.fixture(autouse=True)
def _limit(settings: Any) -> None:
    settings.KNOWN_ADDRESSES_A_DAY = LIMIT


def ask(api: APIClient, number: int, tenant_id: str = "") -> Any:
    """A call for the company at this address."""
    body = registration_body(
        tenant_id or f"tenant-{number}",
        supportEmail=f"office{number}@new.test",
        users=[{"name": "Jane Doe", "email": f"known{number}@acme.test"}],
    )
    return api.post("/clients", body)


@pytest.fixture
def used_up(api: APIClient) -> APIClient:
    """A partner that has asked for as many known companies as it may."""
    companies = [make_client(admin=f"known{number}@acme.test") for number in range(LIMIT)]
    answers = [ask(api, number) for number in range(len(companies))]
    assert {answer.status_code for answer in answers} == {409}
    return api


def test_after_the_limit_nobody_is_looked_up_known_or_not(used_up: APIClient) -> None:
    make_client(admin="known7@acme.test")

    known, unknown = ask(used_up, 7), ask(used_up, 8)

    assert [known.status_code, unknown.status_code] == [429, 429]
    assert known.content == unknown.content
    assert known.json()["error"] == "RateLimited"
    assert 86_000 < int(known.headers["Retry-After"]) <= 86_400
    assert Client.objects.count() == LIMIT + 1


def test_support_finds_who_was_stopped(used_up: APIClient, partner: ReferralPartner) -> None:
    ask(used_up, 8)
    ask(used_up, 9)

    reached = AskingLimitReached.objects.get()
    assert (reached.partner, reached.refused) == (partner, 2)


def test_what_was_asked_before_is_still_answered(used_up: APIClient) -> None:
    assert ask(used_up, 0).status_code == 409


def test_the_partners_own_clients_are_still_answered(used_up: APIClient, partner: ReferralPartner) -> None:
    make_link(partner=partner, tenant_id="mine")

    assert ask(used_up, 8, tenant_id="mine").status_code == 202


def test_another_partner_is_not_stopped(used_up: APIClient, rival_api: APIClient) -> None:
    assert ask(rival_api, 8).status_code == 202


def test_after_a_day_it_may_ask_again(used_up: APIClient) -> None:
    MatchedAddress.objects.update(matched_at=F("matched_at") - timedelta(days=1))

    assert ask(used_up, 8).status_code == 202


def test_the_same_address_counts_once(api: APIClient) -> None:
    make_client(admin="known0@acme.test")

    answers = [ask(api, 0, tenant_id=f"t-{number}") for number in range(LIMIT + 1)]

    assert {answer.status_code for answer in answers} == {409}
    assert MatchedAddress.objects.count() == 1


def test_asking_for_ones_own_client_under_another_id_does_not_count(api: APIClient, partner: ReferralPartner) -> None:
    make_link(partner=partner, client=make_client(admin="known0@acme.test"))

    ask(api, 0, tenant_id="another")

    assert not MatchedAddress.objects.exists()


def test_addresses_are_kept_as_a_hash_and_for_a_day(used_up: APIClient) -> None:
    kept = str(list(MatchedAddress.objects.values()))
    MatchedAddress.objects.update(matched_at=F("matched_at") - timedelta(days=1))

    forget_kept_forms(timestamp=0)

    assert "acme" not in kept
    assert not MatchedAddress.objects.exists()
