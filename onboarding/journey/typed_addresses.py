"""Addresses that are typed on a client's own pages (product-rules 3.1, 6.12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from clients.models import Client, EmailAddress, EnteredBy
from edge.clock import ClockTimestamp
from edge.mailbox import normal_address
from onboarding.models import ONE_DAY, AskedFor
from onboarding.registering.asking_limit import note_typed
from partners.models import ReferralPartner

# The pages tell that an address is another client's, as the API does: an honest client comes upon one or two.
OTHERS_A_DAY = 5


def register_typed(client: Client, partner: ReferralPartner, emails: Iterable[str], *, at: datetime) -> frozenset[str]:
    """
    Register these addresses, as typed, to the client; return the normal forms of those that it cannot use.

    Those are another's; or all that the client does not have, where that would tell of too many in a day, on its pages
    or in all that the partner does. The client's row is locked, and where some are returned none is registered.
    """
    new = {normal_address(email) for email in emails} - set(client.addresses.values_list("pk", flat=True))
    told = AskedFor.objects.filter(client=client, asked_at__gt=ClockTimestamp() - ONE_DAY).count()
    if new and told >= OTHERS_A_DAY:
        return frozenset(new)
    taken = EmailAddress.objects.register(client, new, by=EnteredBy.CLIENT)
    if not taken:
        return frozenset()
    EmailAddress.objects.release_unused(client)
    # Of more than may be told none is, and the day's are used up: else one could send ever smaller parts of a list.
    wait = note_typed(partner, client, sorted(taken)[: OTHERS_A_DAY - told], at=at)
    return frozenset(new if wait is not None or told + len(taken) > OTHERS_A_DAY else taken)
