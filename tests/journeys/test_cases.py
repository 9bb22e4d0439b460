"""A client that comes with cases signs in a real browser, and they set off."""

from __future__ import annotations

from tests.cases.bodies import COVERED, UNCOVERED, referring
from tests.journeys.conftest import Caller, Visitor
from tests.journeys.ways import go_straight_on
from tests.make import make_coverage, make_rate, registration_body


def test_signing_sets_the_case_going_that_somebody_covers(visitor: Visitor, program: Caller) -> None:
    make_coverage(country="DE")
    make_rate()
    body = {**registration_body(), "cases": [referring(COVERED, "A"), referring(UNCOVERED, "B")]}
    body["cases"] = [{**case, "amountToRecover": 1250} for case in body["cases"]]
    status, answer = program.post(body)
    told = answer["caseResults"]

    go_straight_on(visitor, told["successfulCases"][0]["signingHandoff"]["combinedSigningUrl"])

    assert (status, told["successfulCases"][0]["lifecycle"]) == (202, "Pending contract signing")
    assert [(each["caseIndex"], each["errorType"]) for each in told["failedCases"]] == [(1, "NoPartnerAvailable")]
    status, answer = program.post(body)
    [case] = answer["caseResults"]["successfulCases"]
    assert (status, case["creditorReference"], case["lifecycle"]) == (201, "A", "Pending Verification Internal")
