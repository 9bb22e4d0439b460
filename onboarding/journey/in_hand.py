"""The first thing that every step of the journey does: lock the client and check the visitor's proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clients.models import Client, ReferralPartnerClientLink
from clients.models.agreement_facts import status_of
from onboarding.journey.steps import Step, elsewhere, next_step
from onboarding.models import Purpose
from onboarding.proof.email_codes import Proof, standing_proof


@dataclass(frozen=True)
class InHand:
    """The client with its row locked, the proof of the acting user, and the step that is open."""

    client: Client
    proof: Proof
    step: Step


@dataclass(frozen=True)
class NotProven:
    """No valid proof by an admin, the link is archived, or the client signs on the pages of another purpose."""


def take_in_hand(
    *, link: ReferralPartnerClientLink, purpose: Purpose, browser: str, at: datetime
) -> InHand | NotProven:
    """
    Lock the client's row, then look up the proof and the open step.

    Under the lock, since staff or another tab may have changed things after the page was shown.
    """
    client = Client.objects.lock().get(pk=link.client_id)
    proof = standing_proof(about=link, purpose=purpose, browser=browser)
    status = status_of(client, at=at)
    is_active = ReferralPartnerClientLink.objects.active().filter(pk=link.pk).exists()
    if proof is None or not is_active or elsewhere(status, purpose) is not None:
        return NotProven()
    return InHand(client=client, proof=proof, step=next_step(client, status, purpose))
