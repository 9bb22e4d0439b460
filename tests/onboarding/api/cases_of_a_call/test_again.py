"""Cases in a call that is repeated."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from cases.models import Coverage, KeptClaims
from tests.cases.bodies import COVERED, UNCOVERED, referring, results
from tests.make import (
    registration_body,
)
from tests.onboarding.api.cases_of_a_call.conftest import BROKEN, body, sign_in_full
from tests.rows import everything_but_keys


def test_a_repeat_tells_what_became_of_each_and_creates_none(api: APIClient) -> None:
    sent = [referring(COVERED, "A"), UNCOVERED, COVERED]
    first = api.post("/clients", body(*sent))
    before = everything_but_keys()

    repeat = api.post("/clients", body(*sent))

    assert repeat.headers["Idempotent-Replayed"] == "true"
    assert repeat.json() == first.json()
    assert everything_but_keys() == before


def test_a_repeat_is_answered_by_reference_else_by_position_and_words(api: APIClient) -> None:
    api.post("/clients", body(referring(COVERED, "A"), COVERED, referring(UNCOVERED, "C")))
    other = {**COVERED, "amountToRecover": 7}

    repeat = api.post("/clients", body(referring(UNCOVERED, "C"), COVERED, referring(other, "A"), other))

    created, failed = results(repeat)
    assert created == [None, "A"]
    assert failed == [(0, "C", "NoPartnerAvailable"), (3, None, "IdempotencyViolation")]


def test_a_repeat_tells_cases_as_they_are_now(api: APIClient) -> None:
    api.post("/clients", body(referring(COVERED, "A")))
    Coverage.objects.update(is_active=False)
    sign_in_full()

    repeat = api.post("/clients", body(referring(COVERED, "A")))

    [told] = repeat.json()["caseResults"]["successfulCases"]
    assert repeat.status_code == 201
    assert (told["lifecycle"], "signingHandoff" in told) == ("Pending Verification Internal", False)


@pytest.mark.parametrize("fact", BROKEN.values())
def test_a_repeat_is_never_a_422(api: APIClient, fact: dict[str, str]) -> None:
    api.post("/clients", body(COVERED))

    repeat = api.post("/clients", body({**COVERED, **fact}))

    assert repeat.status_code == 202
    assert results(repeat) == ([], [(0, None, "IdempotencyViolation")])


def test_a_repeat_without_cases_tells_of_none(api: APIClient) -> None:
    api.post("/clients", body(COVERED))

    assert "caseResults" not in api.post("/clients", registration_body()).json()


def test_another_partners_cases_are_never_told(api: APIClient, rival_api: APIClient) -> None:
    api.post("/clients", body(referring(COVERED, "A")))

    told = rival_api.post("/clients", body(referring(COVERED, "A")))

    assert (told.status_code, told.json()["type"]) == (409, "AlreadyLinkedToAnotherPartner")
    assert "A" not in told.json()["data"].values()
    assert not KeptClaims.objects.exists()
