"""The admin of a client, at the signature."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from clients.models import Agreement, Client, ReferralPartnerClientLink
from onboarding.models import Purpose
from onboarding.signing import sign_agreement
from onboarding.signing.sign_agreement import Shown, SignedAs, SigningOutcome, what_is_shown
from tests.make import make_client, make_link, make_proof

FIRST = Purpose.FIRST_SIGNING
JANE = SignedAs(name="Jane A. Doe", ip_address="203.0.113.7", user_agent="Firefox")


def ready_link() -> ReferralPartnerClientLink:
    """A client that has done all that comes before the signature, with the proof of its admin."""
    confirmed = datetime(2026, 11, 24, 12, tzinfo=UTC)
    client = make_client(admin="jane@acme.test", details_confirmed_at=confirmed, users_confirmed_at=confirmed)
    link = make_link(client=client)
    make_proof(link, browser="mine")
    return link


def shown_now(link: ReferralPartnerClientLink) -> Shown:
    return what_is_shown(Client.objects.get(pk=link.client_id), Agreement.objects.published().latest("number"))


def sign(link: ReferralPartnerClientLink, **facts: Any) -> SigningOutcome:
    facts = {"purpose": FIRST, "browser": "mine", "signed_as": JANE, "at": timezone.now(), **facts}
    return sign_agreement.sign_agreement(link=link, shown=facts.pop("shown", None) or shown_now(link), **facts)
