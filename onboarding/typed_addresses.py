"""Addresses that are typed on a client's own pages (product-rules 3.1, 6.12)."""

from __future__ import annotations

from collections.abc import Iterable

from clients.models import Client, EmailAddress, EnteredBy
from debitura.edge.clock import ClockTimestamp
from debitura.edge.mailbox import normal_address
from onboarding.asking_limit import hash_of
from onboarding.models import ONE_DAY, AskedFor
from partners.models import ReferralPartner

# The pages tell that an address is another client's, as the API does: an honest client comes upon one or two.
OTHERS_A_DAY = 5


def register_typed(client: Client, partner: ReferralPartner, emails: Iterable[str]) -> frozenset[str]:
    """
    Register these addresses, as typed, to the client; return the normal forms of those that it cannot use.

    Those are another's; or, where a day's tries are used up, all that the client does not have. The client's row is
    locked, and where some are returned none is registered.
    """
    new = {normal_address(email) for email in emails} - set(client.addresses.values_list("pk", flat=True))
    if new and _tried_too_many(client):
        return frozenset(new)
    taken = EmailAddress.objects.register(client, new, by=EnteredBy.CLIENT)
    if taken:
        EmailAddress.objects.release_unused(client)
        AskedFor.objects.bulk_create(
            [AskedFor(partner=partner, client=client, what=hash_of(f"{client.pk} {address}")) for address in taken],
            ignore_conflicts=True,
        )
    return frozenset(taken)


def _tried_too_many(client: Client) -> bool:
    tried = AskedFor.objects.filter(client=client, asked_at__gt=ClockTimestamp() - ONE_DAY)
    return tried.count() >= OTHERS_A_DAY
