"""An address is corrected while a call, a colleague or a signer is at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from clients.models import Agreement, Client, EmailAddress, Signature
from onboarding.journey.in_hand import NotProven
from onboarding.proof.email_codes import standing_proof
from onboarding.registering import onboard
from onboarding.registering.outcomes import NeedsApproval, Outcome
from onboarding.signing.sign_agreement import Signed
from onboarding.support.correct_users import (
    AddressOfAnother,
    AddressOfOtherUser,
    Corrected,
    CorrectionOutcome,
)
from tests.make import make_client, make_first_agreement, make_partner
from tests.onboarding.registration import NOW, registration
from tests.onboarding.signer import ready_link, sign
from tests.onboarding.support.corrections import FIRST, add, correct, jane, sam
from tests.race import in_thread, taken_out, wait_until_blocked

racing = pytest.mark.django_db(transaction=True)
UNIQUE = "clients_emailaddress_pkey"
WITHOUT_UNIQUE_ADDRESSES = (
    f"ALTER TABLE clients_emailaddress DROP CONSTRAINT {UNIQUE}",
    f"ALTER TABLE clients_emailaddress ADD CONSTRAINT {UNIQUE} PRIMARY KEY (address)",
)
SHARED = "jane@acme.test"


@pytest.fixture
def _agreement_and_staff(transactional_db: None) -> Agreement:
    sam()
    return Agreement.objects.current() or make_first_agreement()


@pytest.fixture
def _no_lock_on_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.models.client.ClientQuerySet.lock", lambda clients: clients)


def post_clients() -> Outcome:
    """A partner's call for a company where SHARED works."""
    return onboard.onboard_client(partner=make_partner(), registration=registration(), at=NOW)


def holders() -> int:
    """How many clients have the address that both wanted."""
    return EmailAddress.objects.filter(address=SHARED).count()


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_a_call_that_comes_while_its_address_is_given_to_a_client_finds_that_client() -> None:
    client = make_client(admin="old@acme.test")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            correct(client, SHARED)
            call = in_thread(pool, post_clients)
            wait_until_blocked()
        outcome = call.result(timeout=10)

    assert isinstance(outcome, NeedsApproval)
    assert (Client.objects.count(), holders()) == (1, 1)


def _correct_while_a_call_creates_a_client_with_the_address(client: Client) -> CorrectionOutcome:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            post_clients()
            correction = in_thread(pool, lambda: correct(client, SHARED))
            wait_until_blocked()
        return correction.result(timeout=10)


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_a_correction_to_an_address_that_a_call_is_registering_is_refused() -> None:
    client = make_client(admin="old@acme.test")

    outcome = _correct_while_a_call_creates_a_client_with_the_address(client)

    assert outcome == AddressOfAnother()
    assert holders() == 1
    assert jane(client).email == "old@acme.test"


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_without_the_constraint_the_address_would_be_in_two_clients() -> None:
    client = make_client(admin="old@acme.test")

    with taken_out(*WITHOUT_UNIQUE_ADDRESSES):
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            post_clients()
            outcome = in_thread(pool, lambda: correct(client, SHARED)).result(timeout=10)
        found = holders()

    assert isinstance(outcome, Corrected)
    assert found == 2


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_of_two_who_give_one_address_to_two_clients_one_is_refused() -> None:
    one, other = make_client(admin="old@acme.test"), make_client(admin="old@other.test")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = correct(one, SHARED)
            second = in_thread(pool, lambda: add(other, SHARED))
            wait_until_blocked()
        outcomes = [first, second.result(timeout=10)]

    assert outcomes == [Corrected(jane(one)), AddressOfAnother()]
    assert holders() == 1


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_who_signs_while_the_address_is_corrected_must_prove_it_anew() -> None:
    link = ready_link()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            correct(link.client)
            signing = in_thread(pool, lambda: sign(link))
            wait_until_blocked()
        outcome = signing.result(timeout=10)

    assert outcome == NotProven()
    assert not Signature.objects.exists()


@racing
@pytest.mark.usefixtures("_agreement_and_staff", "_no_lock_on_the_client")
def test_without_the_lock_a_proof_that_lapses_would_sign() -> None:
    link = ready_link()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        correct(link.client)
        outcome = in_thread(pool, lambda: sign(link)).result(timeout=10)

    assert isinstance(outcome, Signed)
    assert standing_proof(about=link, purpose=FIRST, browser="mine") is None


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_of_two_who_add_the_same_admin_at_once_one_is_told() -> None:
    client = make_client()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            add(client)
            second = in_thread(pool, lambda: add(client))
            wait_until_blocked()
        outcome = second.result(timeout=10)

    assert isinstance(outcome, AddressOfOtherUser)
    assert client.users.filter(name="Ann Lee").count() == 1
