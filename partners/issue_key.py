"""Make an API key for a partner."""

from django.db import transaction

from partners.models import ApiKey, ReferralPartner, key_hash, make_api_key

LIVE_KEYS = 2


class TooManyKeys(Exception):
    """The partner has two keys that work; one must be revoked first."""


@transaction.atomic
def issue_key(*, partner: ReferralPartner, label: str, live: bool) -> tuple[ApiKey, str]:
    """
    Make a key and return it with its text, which is not kept: whoever asked must hand it on now.

    Two keys may work at a time, so that a partner can change over without an outage. Each call makes another.
    """
    ReferralPartner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if ApiKey.objects.usable().filter(partner=partner).count() >= LIVE_KEYS:
        raise TooManyKeys
    key = make_api_key(live=live)
    return ApiKey.objects.create(partner=partner, prefix=key[:12], hash=key_hash(key), label=label), key
