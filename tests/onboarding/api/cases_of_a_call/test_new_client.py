"""Cases that come with a new client."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Case
from clients.models import Client
from tests.cases.bodies import CASE, COVERED, DEBTOR, UNCOVERED, referring, results
from tests.make import (
    make_coverage,
    registration_body,
)
from tests.onboarding.api.cases_of_a_call.conftest import BROKEN, body
from tests.rows import everything_but_keys


def test_a_soldier_is_taken_and_nobody_collects_there(api: APIClient) -> None:
    make_coverage(country="US")
    soldier = {**CASE, "debtor": {**DEBTOR, "countryAlpha2": "United States", "state": "Armed Forces Europe"}}
    islander = {**CASE, "debtor": {**DEBTOR, "countryAlpha2": "US", "stateAlpha2": "PR"}}
    make_coverage(country="PR")

    response = api.post("/clients", body(referring(soldier, "A"), referring(islander, "B")))

    assert (response.status_code, *results(response)) == (202, ["B"], [(0, "A", "NoPartnerAvailable")])
    assert Case.objects.get().debtor_country == "PR"


def test_a_debtor_in_kosovo_is_found_by_its_country(api: APIClient) -> None:
    make_coverage(country="XK")

    api.post("/clients", body(referring({**CASE, "debtor": {**DEBTOR, "countryAlpha2": "Kosovo"}}, "A")))

    [case] = api.get("/cases", {"countryIds": "983"}).json()["cases"]
    assert case["debtor"]["country"] == "Kosovo"


def test_what_somebody_covers_becomes_a_case_and_the_rest_is_told(api: APIClient) -> None:
    sent = [referring(UNCOVERED, "A"), referring(COVERED, "B"), referring(COVERED, "C"), referring(UNCOVERED, "D")]

    response = api.post("/clients", body(*sent))

    assert response.status_code == 202
    assert results(response) == (["B", "C"], [(0, "A", "NoPartnerAvailable"), (3, "D", "NoPartnerAvailable")])
    assert sorted(Case.objects.values_list("creditor_reference", "lifecycle")) == [
        ("B", "PendingContractSigning"),
        ("C", "PendingContractSigning"),
    ]


def test_the_client_is_created_though_no_case_can_be_placed(api: APIClient) -> None:
    response = api.post("/clients", body(UNCOVERED))

    assert response.status_code == 202
    assert results(response) == ([], [(0, None, "NoPartnerAvailable")])
    assert Client.objects.count() == 1


def test_a_case_is_told_as_a_whole(api: APIClient) -> None:
    aged = {"amountToRecoverOver12Months": 500, "amountToRecoverOver24Months": 250}
    sent = referring(COVERED, "INV-1", dueDate="2026-02-14", comments="Hurry", returnUrl="https://a.test/x", **aged)

    answer = api.post("/clients", body({**sent, "amountToRecover": Decimal(1000)})).json()

    [told], case = answer["caseResults"]["successfulCases"], Case.objects.get()
    assert told["debtor"]["country"] == "Germany"
    assert told["creditor"]["companyName"] == "Acme A/S"
    assert told["collectionPartner"]["name"] == case.collection_partner.name
    assert told["signingHandoff"] == {
        "combinedSigningUrl": answer["onboardingLinks"]["url"] + "?returnUrl=https%3A%2F%2Fa.test%2Fx"
    }
    facts = {name: told[name] for name in ("id", "reference", "grossAmount", "lifecycle", "date", "dueDate")}
    assert facts == {
        "id": str(case.pk),
        "reference": case.reference,
        "grossAmount": 1000.0,
        "lifecycle": "Pending contract signing",
        "date": "2026-01-15T00:00:00Z",
        "dueDate": "2026-02-14T00:00:00Z",
    }
    # 1,100 USD in Europe, and half as old as 24 months, half of that older.
    assert (told["preLegalSuccessFee"], told["blendedAgeUpliftPoints"]) == (17.0, 7.5)


def test_a_wrong_case_is_told_by_path_and_nothing_is_created(api: APIClient) -> None:
    before = everything_but_keys()

    response = api.post("/clients", body(COVERED, {**COVERED, "debtor": {**DEBTOR, "countryAlpha2": "US"}}))

    assert response.status_code == 400
    assert list(response.json()["validationErrors"]) == ["cases[1].debtor.stateAlpha2"]
    assert everything_but_keys() == before


@pytest.mark.parametrize(("type", "fact"), BROKEN.items())
def test_a_case_of_nobody_at_the_client_is_a_422_and_nothing_is_created(
    api: APIClient, type: str, fact: dict[str, str]
) -> None:
    before = everything_but_keys()

    response = api.post("/clients", body(COVERED, {**COVERED, **fact}))

    [error] = response.json()["businessErrors"]
    assert response.status_code == 422
    assert (error["type"], error["solutionUrl"], list(response.json())) == (type, None, ["businessErrors"])
    assert error["message"].startswith("cases[1].")
    assert everything_but_keys() == before


def test_a_case_is_assigned_to_a_user_of_the_client(api: APIClient) -> None:
    response = api.post("/clients", body({**COVERED, "assignedUserEmail": " JANE@acme.test"}))

    [told] = response.json()["caseResults"]["successfulCases"]
    assert told["assignedUser"] == {"email": "jane@acme.test", "name": "Jane Ann Doe"}


def test_a_hundred_cases_are_one_call_and_few_statements(api: APIClient) -> None:
    sent = [referring(COVERED if n % 2 else UNCOVERED, f"INV-{n}") for n in range(100)]
    api.post("/clients", registration_body("warm", name="Warm", supportEmail="w@w.test", users=[WARM]))

    with CaptureQueriesContext(connection) as asked:
        response = api.post("/clients", body(*sent))

    created, failed = results(response)
    assert created == [f"INV-{n}" for n in range(1, 100, 2)]
    assert failed == [(n, f"INV-{n}", "NoPartnerAvailable") for n in range(0, 100, 2)]
    assert len(asked) <= 20


WARM = {"name": "Ib Berg", "email": "ib@w.test"}
