"""A tour through the API with clients generated from the published contract: they can read every answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now

from clients.models import Agreement, LinkRequest
from debitura.demo.data import PARTNERS, make_demo_data
from debitura.demo.known import ASKED, NOBODYS, RIVALS
from onboarding.registering.registration import Registration
from tests.contract.generated import GeneratedClient, generate
from tests.make import registration_body

pytestmark = pytest.mark.slow

LEDGERLY, BOOKWISE = PARTNERS
OWED = {"currencyCode": "EUR", "amountToRecover": 1250.5}
CASE: dict[str, Any] = {
    **OWED,
    "creditorReference": "INV-1",
    "date": "2026-01-15T00:00:00+00:00",
    "dueDate": "2026-02-15T00:00:00+00:00",
    "debtor": {"type": "Company", "name": "Elbblick GmbH", "countryAlpha2": "DE"},
}


@pytest.fixture(scope="module", autouse=True)
def _generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("generated")
    generate(folder)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("partners_client", "partners_models")]:
        del sys.modules[name]


@pytest.fixture
def ledgerly(agreement: Agreement) -> GeneratedClient:
    """The demo's first partner, with its program."""
    make_demo_data()
    return GeneratedClient(LEDGERLY)


def body_of(tenant_id: str, *known: Registration) -> dict[str, Any]:
    users: list[dict[str, Any]] = [{"name": "Jane Doe", "email": each.people[0].email} for each in known]
    users[0]["isOnboardingUser"] = True
    return registration_body(tenant_id, supportEmail=known[-1].company.support_email, users=users)


def test_every_answer_of_the_demo_can_be_read(ledgerly: GeneratedClient) -> None:
    clients = ledgerly.call("listClients", page_size=100)["clients"]
    cases = ledgerly.call("listCases", page_size=100)["cases"]
    for client in clients:
        ledgerly.call("getClient", client["externalTenantId"])
        ledgerly.call("createClient", body=registration_body(client["externalTenantId"]))
    for case in cases:
        ledgerly.call("getCase", case["id"])
    ledgerly.call("getFilterOptions")
    ledgerly.call("listCoverage")

    assert len(clients) >= 2
    assert len({case["lifecycle"] for case in cases}) == 10
    assert {("createClient", 201), ("createClient", 202), ("getCase", 200)} <= ledgerly.seen


def test_a_new_client_with_claims_can_be_read_at_once_and_again(ledgerly: GeneratedClient) -> None:
    nowhere = {**CASE, "creditorReference": "INV-2", "debtor": {**CASE["debtor"], "countryAlpha2": "AQ"}}
    body = registration_body(cases=[CASE, nowhere])
    body["cases"] = body["client"].pop("cases")

    created = ledgerly.call("createClient", body=body)
    repeated = ledgerly.call("createClient", body=body)

    assert created["onboardingDone"] is False
    assert [len(created["caseResults"][kind]) for kind in ("successfulCases", "failedCases")] == [1, 1]
    assert repeated["caseResults"]["successfulCases"] == created["caseResults"]["successfulCases"]


def test_every_409_can_be_read(ledgerly: GeneratedClient) -> None:
    rival = GeneratedClient(BOOKWISE)

    refusals = [
        ledgerly.call("createClient", body=body_of("t-1", NOBODYS)),
        ledgerly.call("createClient", body=body_of("t-2", RIVALS)),
        ledgerly.call("createClient", body=body_of("t-3", ASKED, NOBODYS)),
        rival.call("createClient", body=body_of("t-4", RIVALS)),
    ]
    disowned = {"status": "Declined", "decided_by_user_id": 1, "decided_at": Now(), "is_unknown_to_client": True}
    LinkRequest.objects.pending().update(**disowned)
    refusals.append(ledgerly.call("createClient", body=body_of("t-1", NOBODYS)))

    assert [refusal["type"] for refusal in refusals] == [
        "ClientExistsNeedsLinking",
        "AlreadyLinkedToAnotherPartner",
        "AmbiguousMatch",
        "AlreadyLinkedDifferentTenant",
        "ClientExistsNeedsLinking",
    ]
    assert "onboardingLinks" in refusals[0]["data"]
    assert "onboardingLinks" not in refusals[-1]["data"]


@pytest.mark.parametrize(
    ("operation", "sent", "status"),
    [
        ("createClient", {"body": registration_body(supportEmail="nobody", users=[])}, 400),
        ("createClient", {"body": {**registration_body(), "cases": [{**CASE, "assignedUserEmail": "x@y.test"}]}}, 422),
        (
            "previewCase",
            {"body": {"debtor": {"type": "Private", "countryAlpha2": "DE"}, **OWED, "amountToRecover": 0}},
            400,
        ),
        ("listCases", {"sort": "nonsense"}, 400),
        ("listClients", {"sort": "nonsense"}, 400),
    ],
)
def test_every_refusal_can_be_read(
    ledgerly: GeneratedClient, operation: str, sent: dict[str, Any], status: int
) -> None:
    ledgerly.call(operation, **sent)

    assert (operation, status) in ledgerly.seen


@pytest.mark.parametrize("operation", ["getClient", "getCase"])
def test_what_is_not_there_can_be_read(ledgerly: GeneratedClient, operation: str) -> None:
    ledgerly.call(operation, "5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10")

    assert (operation, 404) in ledgerly.seen


@pytest.mark.parametrize("country", ["DE", "AQ"])
def test_a_preview_can_be_read(ledgerly: GeneratedClient, country: str) -> None:
    claim = {**OWED, "debtor": {"type": "Company", "countryAlpha2": country}}

    ledgerly.call("previewCase", body=claim)

    assert ("previewCase", 200) in ledgerly.seen
