"""Of how many companies that we know a partner is told, before it knows who our clients are (product-rules 3.6)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Agreement, Client, LinkConflict, LinkRequest
from onboarding.models import AskedFor, AskingLimitReached
from onboarding.tasks import forget_kept_forms
from partners.models import ReferralPartner
from partners.raise_asking_limit import raise_asking_limit
from tests.conftest import caller, deliver_mail
from tests.make import make_client, make_first_agreement, make_link, make_partner, make_staff, registration_body
from tests.race import at_once

LIMIT = 3
TOLD_AT = 2


@pytest.fixture(autouse=True)
def _limit(settings: Any) -> None:
    settings.KNOWN_COMPANIES_A_DAY = LIMIT
    settings.KNOWN_COMPANIES_TOLD_AT = TOLD_AT


def ask(api: APIClient, *emails: str, tenant_id: str = "") -> Any:
    """A call that names these addresses and no others."""
    users = [{"name": "Jane Doe", "email": email, "isOnboardingUser": email == emails[0]} for email in emails]
    body = registration_body(tenant_id or f"of {emails}", supportEmail=emails[0], users=users)
    return api.post("/clients", body)


def known(number: int) -> str:
    return f"known{number}@acme{number}.test"


@pytest.fixture
def used_up(api: APIClient) -> APIClient:
    """A partner that was told of as many known companies as it may be."""
    for number in range(LIMIT):
        make_client(admin=known(number))
    answers = [ask(api, known(number)) for number in range(LIMIT)]
    assert {answer.status_code for answer in answers} == {409}
    return api


def test_a_further_known_company_is_not_told(used_up: APIClient) -> None:
    make_client(admin=known(7))

    answer = ask(used_up, known(7))

    assert (answer.status_code, answer.json()["error"]) == (429, "RateLimited")
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_400
    assert not LinkRequest.objects.filter(client__users__email=known(7)).exists()


def test_new_companies_are_always_created(used_up: APIClient) -> None:
    answers = [ask(used_up, f"new{number}@new{number}.test") for number in range(5)]

    assert {answer.status_code for answer in answers} == {202}


def test_what_was_told_before_is_still_answered(used_up: APIClient) -> None:
    assert ask(used_up, known(0)).status_code == 409


def test_the_partners_own_clients_are_still_answered(used_up: APIClient, partner: ReferralPartner) -> None:
    make_link(partner=partner, tenant_id="mine", client=make_client(admin="mine@mine.test"))

    assert ask(used_up, "mine@mine.test", tenant_id="mine").status_code == 202
    assert ask(used_up, "mine@mine.test", tenant_id="under another id").status_code == 409


def test_another_partner_is_not_stopped(used_up: APIClient, rival_api: APIClient) -> None:
    assert ask(rival_api, known(0)).status_code == 409


def test_after_a_day_it_is_told_again(used_up: APIClient) -> None:
    make_client(admin=known(7))
    AskedFor.objects.update(asked_at=F("asked_at") - timedelta(days=1))

    assert ask(used_up, known(7)).status_code == 409


def test_a_company_counts_once_by_whatever_address_it_is_asked_for(api: APIClient) -> None:
    make_client(admin=known(0), colleagues=("ib@acme0.test",), support_email="office@acme0.test")

    answers = [
        ask(api, email, tenant_id=f"t {email}")
        for email in (known(0), "ib@acme0.test", "office@acme0.test")
        for _ in "ab"
    ]

    assert {answer.status_code for answer in answers} == {409}
    assert AskedFor.objects.count() == 1


def test_each_of_several_that_match_counts(api: APIClient) -> None:
    for number in range(4):
        make_client(admin=known(number))

    assert ask(api, known(0), known(1), known(2)).json()["type"] == "AmbiguousMatch"
    assert ask(api, known(2), known(3)).status_code == 429
    assert LinkConflict.objects.count() == 1


def test_a_request_that_waits_does_not_count_however_often_it_is_asked_for(api: APIClient) -> None:
    make_client(admin=known(0))
    ask(api, known(0))
    AskedFor.objects.all().delete()

    ask(api, known(0))

    assert not AskedFor.objects.exists()


def test_the_call_that_was_made_for_it_can_be_repeated_with_addresses_that_nobody_knows(api: APIClient) -> None:
    make_client(admin=known(0))
    ask(api, known(0), "new@acme0.test")
    AskedFor.objects.all().delete()

    ask(api, known(0), "new@acme0.test")
    same = AskedFor.objects.count()
    ask(api, known(0), "guess@acme0.test")

    assert (same, AskedFor.objects.count()) == (0, 1)


@pytest.fixture
def mine(partner: ReferralPartner) -> str:
    """The address of a client that the partner has."""
    make_link(
        partner=partner, tenant_id="mine", client=make_client(admin="mine@mine.test", support_email="o@mine.test")
    )
    return "mine@mine.test"


def test_asking_with_own_addresses_alone_does_not_count(api: APIClient, mine: str) -> None:
    body = registration_body("another", supportEmail="o@mine.test", users=[{"name": "Jane", "email": mine}])

    assert api.post("/clients", body).json()["type"] == "AlreadyLinkedDifferentTenant"
    assert not AskedFor.objects.exists()


def test_who_sends_an_own_address_along_asks_about_the_others(api: APIClient, mine: str) -> None:
    """Without this every address can be tried for nothing: a miss creates no client."""
    tries = [ask(api, mine, f"guess{number}@else.test", tenant_id="another") for number in range(LIMIT + 1)]

    assert [answer.status_code for answer in tries] == [409] * LIMIT + [429]
    assert Client.objects.count() == 1


def test_hits_and_misses_beside_an_own_address_count_alike(api: APIClient, mine: str) -> None:
    make_client(admin=known(0))

    hit, miss = ask(api, mine, known(0), tenant_id="a"), ask(api, mine, known(1), tenant_id="a")

    assert [hit.json()["type"], miss.json()["type"]] == ["AmbiguousMatch", "AlreadyLinkedDifferentTenant"]
    assert AskedFor.objects.count() == 2


def test_support_is_told_in_time_and_when_the_partner_is_stopped(api: APIClient, partner: ReferralPartner) -> None:
    for number in range(LIMIT + 3):
        make_client(admin=known(number))

    for number in range(LIMIT + 3):
        ask(api, known(number))

    reached = AskingLimitReached.objects.get()
    assert (reached.partner, reached.companies, reached.refused) == (partner, LIMIT, 3)
    in_time, stopped = deliver_mail()
    assert in_time.subject == f"{partner.name} asks for many companies that we know"
    assert stopped.subject == f"{partner.name} is told of no more companies today"
    assert f"/admin/onboarding/askinglimitreached/{reached.pk}/" in str(stopped.body)
    assert "acme" not in str([message.body for message in mail.outbox])


def test_below_that_nobody_hears_of_it(api: APIClient) -> None:
    make_client(admin=known(0))
    ask(api, known(0))

    assert not AskingLimitReached.objects.exists()
    assert deliver_mail() == []


def test_a_limit_is_raised_for_a_partner_and_for_a_time(used_up: APIClient, partner: ReferralPartner) -> None:
    make_client(admin=known(7))
    make_client(admin=known(8))
    until = timezone.now() + timedelta(days=1)
    raise_asking_limit(partner=partner, limit=LIMIT + 1, until=until, by=make_staff("Support"), why="An import")

    answers = [ask(used_up, known(7)), ask(used_up, known(8))]
    ReferralPartner.objects.update(asking_limit_until=timezone.now())
    AskedFor.objects.filter(partner=partner).order_by("-asked_at")[0].delete()

    assert [answer.status_code for answer in answers] == [409, 429]
    assert ask(used_up, known(8)).status_code == 429


def test_calls_at_once_are_told_of_no_more_than_one_after_the_other(transactional_db: None) -> None:
    if Agreement.objects.current() is None:
        make_first_agreement()
    partner = make_partner()
    for number in range(LIMIT + 2):
        make_client(admin=known(number))
    apis = [caller(partner), *(APIClient() for _ in range(LIMIT + 1))]
    for api in apis[1:]:
        api.credentials(**apis[0]._credentials)  # type: ignore[attr-defined]
        api.default_format = "json"

    answers = at_once(*[partial(ask, api, known(number)) for number, api in enumerate(apis)])

    assert sorted(answer.status_code for answer in answers) == [409] * LIMIT + [429] * 2


def test_companies_are_kept_as_a_hash_and_for_a_day(used_up: APIClient) -> None:
    kept = str(list(AskedFor.objects.values("what")))
    AskedFor.objects.update(asked_at=F("asked_at") - timedelta(days=1))

    forget_kept_forms(timestamp=0)

    assert not any(str(client.pk) in kept or client.pk.hex in kept for client in Client.objects.all())
    assert not AskedFor.objects.exists()
