"""The client checks its company details and corrects them (product-rules 6.3, 6.12)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction

from clients.models import Client, EmailAddress, ReferralPartnerClientLink
from edge.mailbox import normal_address
from onboarding.journey.in_hand import InHand, NotProven, take_in_hand
from onboarding.journey.steps import Step
from onboarding.journey.typed_addresses import register_typed
from onboarding.models import Purpose
from onboarding.registering.registration import Company
from partners.models import ReferralPartner
from staff.decision import history_context

CONFIRMED = "The client confirmed its details on its page"


@dataclass(frozen=True)
class Saved:
    """The step is done, and what was typed is saved."""


@dataclass(frozen=True)
class AlreadySigned:
    """The agreement was signed meanwhile; nothing was saved."""


@dataclass(frozen=True)
class ChangedSince:
    """Staff or another tab changed the same data after the page was shown; nothing was saved."""


@dataclass(frozen=True)
class AddressesOfOthers:
    """The client cannot use these addresses (normal form), see `register_typed`; nothing was saved."""

    addresses: frozenset[str]


type CompanyOutcome = Saved | AlreadySigned | ChangedSince | AddressesOfOthers | NotProven


def details_held(client: Client) -> Company:
    """The client's details as stored."""
    return Company(**{field.name: getattr(client, field.name) for field in fields(Company)})


def digest_of(facts: object) -> str:
    """A digest (SHA-256 in hex) of what a page shows; its form sends it back, to detect changes since."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@transaction.atomic
def confirm_company(
    *, link: ReferralPartnerClientLink, purpose: Purpose, browser: str, company: Company, shown: str, at: datetime
) -> CompanyOutcome:
    """
    Save the details as typed, unless they changed since the page was shown (`shown` is its digest).

    Sending what is stored already is never ChangedSince, so a second call before the signature saves the same again.
    """
    match take_in_hand(link=link, purpose=purpose, browser=browser, at=at):
        case NotProven() as refusal:
            return refusal
        case InHand(step=Step.DONE):
            return AlreadySigned()
        case InHand(client) if shown != digest_of(held := details_held(client)) and company != held:
            return ChangedSince()
        case InHand(client, proof):
            with history_context(client_user=proof.user.pk, why=CONFIRMED):
                return _save(client, link.partner, company, at)


def _save(client: Client, partner: ReferralPartner, company: Company, at: datetime) -> CompanyOutcome:
    if unusable := register_typed(client, partner, [company.support_email], at=at):
        return AddressesOfOthers(unusable)
    for name, value in vars(company).items():
        setattr(client, name, value)
    client.support_email_key = normal_address(company.support_email)
    client.details_confirmed_at = at
    client.save(update_fields=[*vars(company), "support_email_key", "details_confirmed_at"])
    EmailAddress.objects.release_unused(client)
    return Saved()
