"""Signing: what stands in the evidence and the document, and that nobody signs what was not shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clients import publish_agreement
from clients.agreement_status import AgreementStatus, Current, SignAgain
from clients.models import Agreement, Client, ReferralPartnerClientLink, Signature, SignedDocument, agreement_facts
from clients.models.client import Role
from clients.publish_agreement import Published
from edge.clock import database_time
from onboarding.journey.in_hand import NotProven
from onboarding.models import EmailCode, Purpose
from onboarding.signing import sign_agreement
from onboarding.signing.agreement_pdf import render_agreement
from onboarding.signing.sign_agreement import (
    CONSENT,
    DetailsChanged,
    NewVersionShown,
    Signed,
    SignedAs,
    SigningOutcome,
    StepsOpen,
)
from tests.make import make_agreement, make_first_agreement, make_proof, make_staff
from tests.onboarding.documents import text_of
from tests.onboarding.signer import ready_link, shown_now, sign
from tests.race import Meeting, at_once, in_thread, second_connection, taken_out, wait_until_blocked

SUMMARY = "The fee for old claims is lower."


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    return ready_link()


def publish(draft: Agreement) -> publish_agreement.PublishingOutcome:
    return publish_agreement.publish_agreement(agreement=draft, by=make_staff("Legal"), why="The fees changed")


def status_of(link: ReferralPartnerClientLink) -> AgreementStatus:
    return agreement_facts.status_of(link.client, at=timezone.now())


def test_the_evidence_says_who_signed_what_when_and_how_they_were_known(
    link: ReferralPartnerClientLink, agreement: Agreement
) -> None:
    outcome = sign(link)

    assert isinstance(outcome, Signed)
    signature = Signature.objects.get()
    assert outcome.signature == signature
    assert (signature.signer_name, signature.signer_email) == ("Jane A. Doe", "jane@acme.test")
    assert signature.agreement_sha256 == hashlib.sha256(agreement.text.encode()).hexdigest()
    assert (signature.consent, signature.ip_address, signature.user_agent) == (CONSENT, "203.0.113.7", "Firefox")
    assert signature.address_verified_at == EmailCode.objects.get().used_at
    assert (signature.link, signature.partner) == (link, link.partner)
    assert isinstance(status_of(link), Current)


def test_the_document_holds_the_parties_the_evidence_and_the_hash_of_the_text(link: ReferralPartnerClientLink) -> None:
    sign(link)

    document = SignedDocument.objects.get()
    text = text_of(bytes(document.pdf))
    assert document.sha256 == hashlib.sha256(document.pdf).hexdigest()
    for evidence in (link.client.name, "Jane A. Doe", "jane@acme.test", "203.0.113.7", CONSENT, str(link.pk)):
        assert evidence in text
    assert document.signature.agreement_sha256 in text


def test_the_document_made_again_from_the_rows_is_the_same(link: ReferralPartnerClientLink) -> None:
    sign(link)

    again = render_agreement(sign_agreement.signed_pdf(Signature.objects.get()))

    assert again.pdf == bytes(SignedDocument.objects.get().pdf)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_publishers_clock_does_not_decide_what_can_be_signed(
    link: ReferralPartnerClientLink, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = timezone.now() + timedelta(hours=hours)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: wrong)
        publish(make_agreement(summary_of_changes=SUMMARY))

    outcome = sign(link, at=database_time())

    assert isinstance(outcome, Signed)
    assert outcome.signature.agreement.published_at is not None
    assert outcome.signature.agreement.published_at <= outcome.signature.signed_at


@pytest.mark.parametrize("name", ['Müller & Søn <b>#1</b> $x$ "A/S"', "Ελληνική ΑΕ", "ООО Ромашка", "株式会社", "🦄"])
def test_any_name_can_sign(link: ReferralPartnerClientLink, name: str) -> None:
    Client.objects.update(name=name)

    assert isinstance(sign(link), Signed)
    assert Signature.objects.get().company_name == name


def test_signing_again_gives_the_signature_there_is(link: ReferralPartnerClientLink) -> None:
    first = sign(link)

    again = sign(link, signed_as=SignedAs("Somebody Else", None, ""))

    assert again == first
    assert Signature.objects.count() == 1


def test_a_version_that_is_no_longer_current_is_not_signed(link: ReferralPartnerClientLink) -> None:
    shown = shown_now(link)
    publish(make_agreement(summary_of_changes=SUMMARY))

    assert sign(link, shown=shown) == NewVersionShown()
    assert not Signature.objects.exists()


@pytest.mark.parametrize("change", [{"name": "Renamed A/S"}, {"address": "Elsewhere 2"}, {"support_phone": "1"}])
def test_details_that_were_not_shown_are_not_signed(link: ReferralPartnerClientLink, change: dict[str, str]) -> None:
    shown = shown_now(link)
    Client.objects.update(**change)

    assert sign(link, shown=shown) == DetailsChanged()
    assert not Signature.objects.exists()


@pytest.mark.parametrize("step", ["details_confirmed_at", "users_confirmed_at"])
def test_no_step_can_be_skipped(link: ReferralPartnerClientLink, step: str) -> None:
    Client.objects.update(**{step: None})

    assert sign(link) == StepsOpen()


def test_only_who_proved_an_address_signs(link: ReferralPartnerClientLink) -> None:
    assert sign(link, browser="another") == NotProven()


def test_who_is_no_longer_an_admin_at_the_click_does_not_sign(link: ReferralPartnerClientLink) -> None:
    link.client.users.update(role=Role.CREDITOR_USER)

    assert sign(link) == NotProven()


def test_nobody_signs_under_an_archived_link(link: ReferralPartnerClientLink) -> None:
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now())

    assert sign(link) == NotProven()


def test_a_newer_material_version_must_be_signed_again(link: ReferralPartnerClientLink) -> None:
    sign(link)
    publish(make_agreement(summary_of_changes=SUMMARY))

    before = status_of(link)
    make_proof(link, browser="mine", purpose=Purpose.UPGRADE)
    sign(link, purpose=Purpose.UPGRADE)

    assert isinstance(before, SignAgain)
    assert isinstance(status_of(link), Current)


def test_a_version_that_only_corrects_wording_asks_nobody(link: ReferralPartnerClientLink) -> None:
    sign(link)

    publish(make_agreement(summary_of_changes="A spelling mistake.", is_material=False))

    assert isinstance(status_of(link), Current)


def test_a_crash_while_the_document_is_made_leaves_no_signature(
    link: ReferralPartnerClientLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("no paper")

    monkeypatch.setattr(sign_agreement, "render_agreement", crash)

    with pytest.raises(RuntimeError, match="no paper"):
        sign(link)
    assert not Signature.objects.exists()


ONE_SIGNATURE = "one_signature_per_client_version_and_name"
CURRENT_ONLY = "signature_is_of_the_current_agreement"


@pytest.fixture
def committed_link(transactional_db: None) -> ReferralPartnerClientLink:
    if Agreement.objects.current() is None:
        make_first_agreement()
    return ready_link()


@pytest.fixture
def _meet_before_signing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_agreement, "_sign", Meeting().before(sign_agreement._sign))


@pytest.fixture
def _no_lock_on_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.models.client.ClientQuerySet.lock", lambda clients: clients)


@pytest.mark.usefixtures("_meet_before_signing")
def test_two_clicks_at_once_give_one_signature(committed_link: ReferralPartnerClientLink) -> None:
    first, second = at_once(*[partial(sign, committed_link)] * 2)

    assert isinstance(first, Signed)
    assert first == second
    assert Signature.objects.count() == 1


@pytest.mark.usefixtures("_meet_before_signing", "_no_lock_on_the_client")
def test_without_the_lock_the_constraint_refuses_the_second(committed_link: ReferralPartnerClientLink) -> None:
    with pytest.raises(Exception, match=ONE_SIGNATURE):
        at_once(*[partial(sign, committed_link)] * 2)

    assert Signature.objects.count() == 1


@pytest.mark.usefixtures("_meet_before_signing", "_no_lock_on_the_client")
def test_without_lock_and_constraint_there_are_two_signatures(committed_link: ReferralPartnerClientLink) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [ONE_SIGNATURE])
        [index] = cursor.fetchone()

    with taken_out(f"DROP INDEX {ONE_SIGNATURE}", index):
        at_once(*[partial(sign, committed_link)] * 2)
        made = Signature.objects.count()

    assert made == 2


def test_a_version_published_between_page_and_signature_is_waited_for(
    committed_link: ReferralPartnerClientLink,
) -> None:
    assert _sign_while_another_version_is_being_published(committed_link) == NewVersionShown()
    assert not Signature.objects.exists()


def test_without_holding_publishing_the_database_refuses_the_old_version(
    committed_link: ReferralPartnerClientLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_agreement, "_sign", _after_publishing(sign_agreement._sign))
    monkeypatch.setattr(sign_agreement, "hold_publishing", lambda **_: None)

    with pytest.raises(Exception, match="a signature is for the version that is current"):
        sign(committed_link)

    assert not Signature.objects.exists()


def test_without_lock_and_trigger_the_old_version_would_be_signed(
    committed_link: ReferralPartnerClientLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_agreement, "_sign", _after_publishing(sign_agreement._sign))
    monkeypatch.setattr(sign_agreement, "hold_publishing", lambda **_: None)
    table = "clients_signature"

    with taken_out(
        f"ALTER TABLE {table} DISABLE TRIGGER {CURRENT_ONLY}", f"ALTER TABLE {table} ENABLE TRIGGER {CURRENT_ONLY}"
    ):
        signed = sign(committed_link)

    assert isinstance(signed, Signed)


def test_who_publishes_waits_for_a_signature_in_the_making(
    committed_link: ReferralPartnerClientLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make_agreement(summary_of_changes=SUMMARY)
    published: list[Any] = []
    with ThreadPoolExecutor(1) as pool:

        def while_publishing_waits(*args: Any) -> Signature:
            published.append(in_thread(pool, partial(publish, draft)))
            wait_until_blocked()
            return sign_as_ever(*args)

        sign_as_ever = sign_agreement._sign
        monkeypatch.setattr(sign_agreement, "_sign", while_publishing_waits)
        outcome = sign(committed_link)
        [publication] = published
        assert isinstance(publication.result(timeout=10), Published)

    assert isinstance(outcome, Signed)
    assert outcome.signature.agreement.number < draft.number


def _sign_while_another_version_is_being_published(link: ReferralPartnerClientLink) -> SigningOutcome:
    """Begin to sign when the new version is written and not committed yet."""
    draft = make_agreement(summary_of_changes=SUMMARY)
    shown = shown_now(link)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            publish(draft)
            signing = in_thread(pool, partial(sign, link, shown=shown))
            wait_until_blocked()
        return signing.result(timeout=20)


def _after_publishing(act: Callable[..., Signature]) -> Callable[..., Signature]:
    """The same, begun when a new version has just been published by another session."""

    def act_too_late(*args: Any) -> Signature:
        now = timezone.now()
        with second_connection() as cursor:
            cursor.execute(
                "INSERT INTO clients_agreement (number, title, text, text_sha256, summary_of_changes, is_material,"
                " published_at, required_from) VALUES (99, 'New', 'New', '', '', true, %s, %s)",
                [now, now],
            )
        return act(*args)

    return act_too_late


def test_the_proof_is_looked_up_under_the_lock(committed_link: ReferralPartnerClientLink) -> None:
    """Staff take the client's row to take an admin's right away; who signs at that moment waits, and is refused."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Client.objects.lock().get(pk=committed_link.client_id)
            signing = in_thread(pool, partial(sign, committed_link))
            wait_until_blocked()
            committed_link.client.users.update(role=Role.CREDITOR_USER)
        outcome = signing.result(timeout=20)

    assert outcome == NotProven()
