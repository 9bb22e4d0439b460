"""The client checks its own details, and changes what is wrong (product-rules 6.3, 6.12)."""

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
    """What was typed is kept, and the step is done."""


@dataclass(frozen=True)
class AlreadySigned:
    """The agreement was signed meanwhile; nothing changed."""


@dataclass(frozen=True)
class ChangedSince:
    """Staff or another tab changed it after the page was shown; nothing changed now."""


@dataclass(frozen=True)
class AddressesOfOthers:
    """These addresses, in their normal form, are other companies', or too many of those were tried; nothing changed."""

    addresses: frozenset[str]


type CompanyOutcome = Saved | AlreadySigned | ChangedSince | AddressesOfOthers | NotProven


def details_held(client: Client) -> Company:
    """The details as they are held now."""
    return Company(**{field.name: getattr(client, field.name) for field in fields(Company)})


def digest_of(facts: object) -> str:
    """What a page carries of what it showed, to be compared when its form comes back: SHA-256 in hex."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@transaction.atomic
def confirm_company(
    *, link: ReferralPartnerClientLink, purpose: Purpose, browser: str, company: Company, shown: str, at: datetime
) -> CompanyOutcome:
    """
    Keep the details as typed, if what the page has `shown` is what is held. Again before the signature: the same.

    Who sends what is held already has nothing to compare: a second click is no older page.
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
