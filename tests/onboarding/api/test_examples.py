"""The examples of the description are what callers are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from cases.models import CollectionPartner
from clients.models import Client
from edge.shapes import example
from onboarding.api.schemas import CreateClientRequest
from partners.models import ReferralPartner
from tests.description import describe, examples
from tests.make import (
    make_client,
    make_collection_partner,
    make_coverage,
    make_link,
    make_partner,
    make_request,
    registration_body,
)

NEW = example(CreateClientRequest)
JANE, OFFICE = NEW["users"][0]["email"], NEW["client"]["supportEmail"]
# What is another in each database, and on another day.
OWN_TO_A_CALL = {"id", "reference", "dateCreated", "dateUpdated", "dateLinked", "currentVersion", "preLegalSuccessFee"}
URLS = {"url", "signUrl", "combinedSigningUrl"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return describe()


def alike(value: Any) -> Any:
    """The same without what no two answers share."""
    if isinstance(value, list):
        return [alike(each) for each in value]
    if isinstance(value, dict):
        return {name: alike(each) for name, each in value.items() if name not in OWN_TO_A_CALL | URLS}
    return value


def test_the_example_of_a_call_is_answered_by_the_example_of_its_answer(
    api: APIClient, description: dict[str, Any]
) -> None:
    elbe = make_collection_partner(name="Elbe Forderungen GmbH")
    make_coverage(elbe, country="DE")
    CollectionPartner.objects.update(office_email="office@elbe.example")
    [content] = description["paths"]["/clients"]["post"]["requestBody"]["content"].values()
    sent = content["examples"]["WithACase"]["value"]
    nowhere = {**sent["cases"][0], "creditorReference": "INV-1002", "claimDescription": None}
    nowhere["debtor"] = {**nowhere["debtor"], "countryAlpha2": "AQ"}

    answer = api.post("/clients", {**sent, "cases": [*sent["cases"], nowhere]})

    shown = examples(description, "/clients", "post", 202)["WithCases"]
    assert answer.status_code == 202
    assert alike(answer.json()) == alike(shown)


def _known(partner: ReferralPartner, client: Client) -> None:
    """Nothing more is needed."""


def _disowning(partner: ReferralPartner, client: Client) -> None:
    make_request(partner=partner, client=client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True)


def _elsewhere(partner: ReferralPartner, client: Client) -> None:
    make_link(partner=make_partner(), client=client, tenant_id="theirs")


def _under_another_id(partner: ReferralPartner, client: Client) -> None:
    make_link(partner=partner, client=client, tenant_id="tenant-0815")


def _one_of_two(partner: ReferralPartner, client: Client) -> None:
    make_link(client=make_client(support_email=OFFICE))


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("ClientExistsNeedsLinking", _known),
        ("ClientDoesNotKnowYou", _disowning),
        ("AlreadyLinkedToAnotherPartner", _elsewhere),
        ("AlreadyLinkedDifferentTenant", _under_another_id),
        ("AmbiguousMatch", _one_of_two),
    ],
)
def test_the_examples_of_a_409_are_its_answers(
    api: APIClient,
    partner: ReferralPartner,
    description: dict[str, Any],
    name: str,
    stands: Callable[[ReferralPartner, Client], None],
) -> None:
    stands(partner, make_client(admin=JANE))

    answer = api.post("/clients", NEW)

    assert answer.status_code == 409
    assert alike(answer.json()) == alike(examples(description, "/clients", "post", 409)[name])


CLAIM = {
    "currencyCode": "USD",
    "amountToRecover": 1,
    "debtor": {"type": "Company", "name": "Owing", "address": "1", "city": "C", "countryAlpha2": "DE"},
}
WRONG: dict[str, tuple[tuple[str, str], dict[str, Any], int, str]] = {
    "an e-mail address": (
        ("post", "/clients"),
        {**NEW, "users": [{**NEW["users"][0], "email": "nobody"}]},
        400,
        "ValidationError",
    ),
    "a user whom there is not": (
        ("post", "/clients"),
        {**NEW, "cases": [{**CLAIM, "assignedUserEmail": "nobody@nordlys.example"}]},
        422,
        "AssignedUserUnknown",
    ),
    "a US debtor's state": (
        ("post", "/cases/preview"),
        {**CLAIM, "debtor": {"type": "Company", "countryAlpha2": "US"}},
        400,
        "ValidationError",
    ),
    "the size of a page of clients": (("get", "/clients"), {"pageSize": 101}, 400, "ValidationError"),
    "the size of a page of cases": (("get", "/cases"), {"pageSize": 101}, 400, "ValidationError"),
}


@pytest.mark.parametrize(("call", "sent", "status", "name"), WRONG.values(), ids=WRONG)
def test_the_examples_of_what_is_wrong_are_its_answers(
    api: APIClient, description: dict[str, Any], call: tuple[str, str], sent: dict[str, Any], status: int, name: str
) -> None:
    method, path = call

    answer = getattr(api, method)(path, sent)

    assert (answer.status_code, answer.json()) == (status, examples(description, path, method, status)[name])


def test_the_example_of_a_limit_is_its_answer(api: APIClient, settings: Settings, description: dict[str, Any]) -> None:
    settings.KNOWN_COMPANIES_A_DAY = 1
    make_client(admin=JANE)
    make_client(admin="ib@else.test")
    api.post("/clients", NEW)

    answer = api.post("/clients", registration_body(users=[{"name": "Ib Berg", "email": "ib@else.test"}]))

    shown = examples(description, "/clients", "post", 429)
    assert (answer.status_code, answer.json()) == (429, shown["TooManyKnownCompanies"])
