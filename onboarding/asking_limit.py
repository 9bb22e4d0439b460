"""
How often a partner may ask for companies that we know.

A 409 tells that an address is a client's, so whoever asks for many addresses could find out who our clients are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils.crypto import salted_hmac

from clients.models import EmailAddress
from onboarding.models import ONE_DAY, AskingLimitReached, MatchedAddress
from partners.models import ReferralPartner


def note_limit_reached(partner: ReferralPartner, *, at: datetime) -> timedelta:
    """
    Leave a word for support, and return how long the partner must wait.

    Refused is every call that would look for somebody, known or not: refusing the known ones alone would tell as much
    as the 409 does (ADR 5).
    """
    today, is_new = AskingLimitReached.objects.get_or_create(partner=partner, day=at.date())
    if not is_new:
        AskingLimitReached.objects.filter(pk=today.pk).update(refused=F("refused") + 1)
    matched = MatchedAddress.objects.of_the_last_day(partner).order_by("-matched_at")
    times = list(matched.values_list("matched_at", flat=True)[: settings.KNOWN_ADDRESSES_A_DAY])
    return max(times[-1] + ONE_DAY - at, timedelta(seconds=1))


def note_matches(partner: ReferralPartner, addresses: Sequence[str]) -> None:
    """Remember which of these addresses, in their normal form, are clients'; each counts once a day."""
    MatchedAddress.objects.filter(partner=partner).exclude(
        pk__in=MatchedAddress.objects.of_the_last_day(partner)
    ).delete()
    known = EmailAddress.objects.filter(pk__in=addresses).values_list("pk", flat=True)
    MatchedAddress.objects.bulk_create(
        [MatchedAddress(partner=partner, address_hash=_hash(address)) for address in known], ignore_conflicts=True
    )


def _hash(address: str) -> str:
    return salted_hmac("onboarding.MatchedAddress", address, algorithm="sha256").hexdigest()
