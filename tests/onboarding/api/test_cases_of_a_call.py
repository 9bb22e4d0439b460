"""Cases that come with POST /clients: created or told, kept for the client's approval, set going by the signature."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, CaseTransition, Coverage, KeptClaims, SubmittedCase
from clients.models import Agreement, Client, LinkRequest, ReferralPartnerClientLink, RequestStatus
from clients.publish_agreement import publish_agreement
from onboarding.approving.approve_link import Approved, approve_link, decline_link
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.cases.bodies import CASE, COVERED, DEBTOR, UNCOVERED, referring, results
from tests.conftest import caller
from tests.make import (
    make_agreement,
    make_client,
    make_coverage,
    make_first_agreement,
    make_link,
    make_proof,
    make_rate,
    make_signature,
    make_staff,
    registration_body,
)
from tests.onboarding.signer import ready_link, sign
from tests.race import in_thread, wait_until_blocked
from tests.rows import everything_but_keys


@pytest.fixture(autouse=True)
def _germany_is_covered(db: None) -> None:
    make_coverage(country="DE")
    make_rate("EUR", "1.10")


def body(*cases: dict[str, Any], tenant_id: str = "tenant-1", **client: Any) -> dict[str, Any]:
    return {**registration_body(tenant_id, **client), "cases": list(cases)}


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


BROKEN = {
    "AssignedUserUnknown": {"assignedUserEmail": "else@acme.test"},
    "CreditorDivisionUnknown": {"creditorDivisionId": "6c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"},
}


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


def sign_in_full() -> None:
    """Sign for the only client, as its admin does on the pages."""
    link = ReferralPartnerClientLink.objects.get()
    Client.objects.update(details_confirmed_at=timezone.now(), users_confirmed_at=timezone.now())
    make_proof(link, browser="mine")
    sign(link)


def test_signing_sets_the_cases_going(api: APIClient) -> None:
    api.post("/clients", body(referring(COVERED, "A"), referring(COVERED, "B", skipDebituraVerification=True)))

    sign_in_full()

    assert dict(Case.objects.values_list("creditor_reference", "lifecycle")) == {
        "A": "PendingVerificationInternal",
        "B": "PendingVerification",
    }
    assert list(CaseTransition.objects.filter(case__creditor_reference="A").values_list("to_lifecycle", flat=True)) == [
        "PendingContractSigning",
        "PendingVerificationInternal",
    ]


def test_signing_again_sets_cases_going_that_came_meanwhile(partner: ReferralPartner, agreement: Agreement) -> None:
    link = ready_link()
    sign(link)
    draft = make_agreement(number=2, summary_of_changes="Less.")
    publish_agreement(agreement=draft, by=make_staff("Legal"), why="Agreed")
    moved = _approved(link.client, partner)
    waiting = Case.objects.get().lifecycle

    make_proof(moved, browser="mine", purpose=Purpose.UPGRADE)
    sign(moved, purpose=Purpose.UPGRADE)

    assert waiting == "PendingContractSigning"
    assert Case.objects.get().lifecycle == "PendingVerificationInternal"


def _approved(client: Client, partner: ReferralPartner) -> ReferralPartnerClientLink:
    """The client, unlinked, approves a partner that sent a case."""
    client.links.active().update(archived_at=timezone.now() + timedelta(seconds=1))
    answer = caller(partner).post("/clients", body(COVERED, supportEmail=client.support_email))
    assert answer.status_code == 409
    outcome = approve(LinkRequest.objects.get())
    assert isinstance(outcome, Approved)
    return outcome.link


@pytest.fixture
def known(agreement: Agreement) -> Client:
    """A company that nobody has."""
    return make_client(admin="jane@acme.test", support_email="office@acme.test")


def ask(api: APIClient, *cases: dict[str, Any]) -> LinkRequest:
    assert api.post("/clients", body(*cases)).status_code == 409
    return LinkRequest.objects.latest("created_at")


def approve(request: LinkRequest) -> Any:
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return approve_link(link_request=request, browser="mine", at=timezone.now())


def test_cases_wait_with_the_request_and_are_created_when_the_client_approves(api: APIClient, known: Client) -> None:
    sent = [referring(COVERED, "A"), referring(UNCOVERED, "B")]
    request = ask(api, *sent)
    before = Case.objects.count()

    approve(request)

    assert before == 0
    assert KeptClaims.objects.get().link == known.links.get()
    told = api.post("/clients", body(*sent))
    assert (told.status_code, results(told)) == (202, (["A"], [(1, "B", "NoPartnerAvailable")]))


def test_a_409_tells_nothing_of_cases(api: APIClient, known: Client) -> None:
    told = api.post("/clients", body(COVERED)).json()

    assert set(told["data"]) == {"externalTenantId", "onboardingLinks", "isAttributedClient"}


def test_cases_of_a_client_that_has_signed_set_off_at_once(
    api: APIClient, known: Client, rival: ReferralPartner
) -> None:
    make_signature(make_link(client=known, partner=rival, archived_at=timezone.now() + timedelta(days=1)))

    approve(ask(api, COVERED))

    assert Case.objects.get().lifecycle == "PendingVerificationInternal"


def test_a_repeat_while_the_client_decides_keeps_the_cases_that_came_first(api: APIClient, known: Client) -> None:
    request = ask(api, referring(COVERED, "A"))
    ask(api, referring(COVERED, "B"))

    approve(request)

    assert list(Case.objects.values_list("creditor_reference", flat=True)) == ["A"]
    assert results(api.post("/clients", body(referring(COVERED, "B")))) == ([], [(0, "B", "IdempotencyViolation")])


def test_cases_that_come_only_with_a_repeat_are_kept(api: APIClient, known: Client) -> None:
    request = ask(api)
    ask(api, referring(COVERED, "A"))

    approve(request)

    assert list(Case.objects.values_list("creditor_reference", flat=True)) == ["A"]


def test_a_reference_that_the_client_has_elsewhere_is_told_in_general_words(
    api: APIClient, rival_api: APIClient
) -> None:
    rival_api.post("/clients", body(referring(COVERED, "A")))
    client = Client.objects.get()
    client.links.update(archived_at=timezone.now() + timedelta(seconds=1))
    approve(ask(api, referring(COVERED, "A")))

    told = api.post("/clients", body(referring(COVERED, "A")))

    assert results(told) == ([], [(0, "A", "DuplicateReference")])
    assert Case.objects.count() == 1


def test_a_case_that_is_assigned_to_nobody_whom_we_know_is_created_and_assigned_to_nobody(
    api: APIClient, known: Client
) -> None:
    approve(
        ask(
            api,
            referring(COVERED, "A", assignedUserEmail="else@acme.test"),
            {**COVERED, "assignedUserEmail": "jane@acme.test"},
        )
    )

    assert [
        case.assigned_user and case.assigned_user.email for case in Case.objects.order_by("creditor_reference")
    ] == [
        "jane@acme.test",
        None,
    ]


def _declined(request: LinkRequest) -> None:
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    decline_link(link_request=request, browser="mine", is_unknown=False, at=timezone.now())


def _expired(request: LinkRequest) -> None:
    LinkRequest.objects.filter(pk=request.pk).update(status=RequestStatus.EXPIRED, decided_at=timezone.now())


def _superseded(request: LinkRequest) -> None:
    LinkRequest.objects.filter(pk=request.pk).supersede()


@pytest.mark.parametrize("ends", [_declined, _expired, _superseded])
def test_kept_cases_go_with_the_request(api: APIClient, known: Client, ends: Any) -> None:
    request = ask(api, COVERED)
    kept = KeptClaims.objects.count()

    ends(request)

    assert (kept, KeptClaims.objects.count()) == (1, 0)


def test_a_new_request_keeps_its_own_cases(api: APIClient, known: Client) -> None:
    _declined(ask(api, referring(COVERED, "A")))

    approve(ask(api, referring(COVERED, "B")))

    assert list(Case.objects.values_list("creditor_reference", flat=True)) == ["B"]


@pytest.fixture
def committed(transactional_db: None) -> tuple[APIClient, LinkRequest]:
    """A partner whose request waits, and everything else that it takes."""
    if Agreement.objects.current() is None:
        make_first_agreement()
    make_client(admin="jane@acme.test", support_email="office@acme.test")
    link = make_link(tenant_id="another")
    api = caller(link.partner)
    request = ask(api, referring(COVERED, "A"))
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return api, request


def test_a_repeat_during_the_approval_waits_and_tells_the_case(committed: tuple[APIClient, LinkRequest]) -> None:
    """The approval is about to commit when the repeat comes, which locks the client's row to match it."""
    api, request = committed
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            approve_link(link_request=request, browser="mine", at=timezone.now())
            repeat = in_thread(pool, partial(api.post, "/clients", body(referring(COVERED, "A"))))
            wait_until_blocked()
        answer = repeat.result(timeout=20)

    assert Case.objects.count() == 1
    assert (answer.status_code, results(answer)) == (202, (["A"], []))


def test_an_approval_during_a_repeat_waits_and_creates_the_case_once(committed: tuple[APIClient, LinkRequest]) -> None:
    """The repeat has matched, and holds the client's row, when the client approves."""
    api, request = committed
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = api.post("/clients", body(referring(COVERED, "A")))
            approval = in_thread(pool, partial(approve_link, link_request=request, browser="mine", at=timezone.now()))
            wait_until_blocked()
        outcome = approval.result(timeout=20)

    assert first.status_code == 409
    assert isinstance(outcome, Approved)
    assert SubmittedCase.objects.count() == Case.objects.count() == 1
    assert results(api.post("/clients", body(referring(COVERED, "A")))) == (["A"], [])
