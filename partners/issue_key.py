"""Make an API key for a partner."""

from datetime import datetime

from django.db import transaction

from partners.models import ApiKey, ReferralPartner, key_hash, make_api_key

LIVE_KEYS = 2


class TooManyKeys(Exception):
    """The partner already has two working keys; one must be revoked first."""


@transaction.atomic
def issue_key(
    *, partner: ReferralPartner, label: str, live: bool, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """
    Make a key and return it with its text, which is not stored: it must be handed to the partner now.

    Two keys may work at a time, so that a partner can switch without an outage. Each call makes another key; raises
    TooManyKeys when two work already.
    """
    ReferralPartner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    # An inactive partner's keys count too: they work again once it is active.
    if ApiKey.objects.unended().filter(partner=partner).count() >= LIVE_KEYS:
        raise TooManyKeys
    text = make_api_key(live=live)
    key = ApiKey.objects.create(
        partner=partner, prefix=text[:12], hash=key_hash(text), label=label, expires_at=expires_at
    )
    return key, text
