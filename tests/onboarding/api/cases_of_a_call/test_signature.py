"""What a signature does to cases that wait for it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, CaseTransition
from clients.models import Agreement, Client, LinkRequest, ReferralPartnerClientLink
from clients.publish_agreement import publish_agreement
from onboarding.approving.approve_link import Approved
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.cases.bodies import COVERED, referring
from tests.conftest import caller
from tests.make import (
    make_agreement,
    make_proof,
    make_staff,
)
from tests.onboarding.api.cases_of_a_call.conftest import approve, body, sign_in_full
from tests.onboarding.signer import ready_link, sign


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
