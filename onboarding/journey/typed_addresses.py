"""Register addresses typed on a client's own pages (product-rules 3.1, 6.12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from clients.models import Client, EmailAddress, EnteredBy
from edge.clock import ClockTimestamp
from edge.mailbox import normal_address
from onboarding.models import ONE_DAY, AskedFor
from onboarding.registering.asking_limit import note_typed
from partners.models import ReferralPartner

# Like the API, the pages reveal that an address is another client's. An honest client meets one or two of these.
OTHERS_A_DAY = 5


def register_typed(client: Client, partner: ReferralPartner, emails: Iterable[str], *, at: datetime) -> frozenset[str]:
    """
    Register these addresses to the client, or return the normal forms of those that it cannot use and register none.

    It cannot use another client's addresses. Once these would exceed the limit of a day, the client's or the partner's,
    all addresses that are new to the client are returned: nothing is revealed. The client's row must be locked.
    """
    new = {normal_address(email) for email in emails} - set(client.addresses.values_list("pk", flat=True))
    told = AskedFor.objects.filter(client=client, asked_at__gt=ClockTimestamp() - ONE_DAY).count()
    if new and told >= OTHERS_A_DAY:
        return frozenset(new)
    taken = EmailAddress.objects.register(client, new, by=EnteredBy.CLIENT)
    if not taken:
        return frozenset()
    EmailAddress.objects.release_unused(client)
    # Over the limit nothing is revealed, and the day's limit is used up: otherwise a list could be tried in parts.
    wait = note_typed(partner, client, sorted(taken)[: OTHERS_A_DAY - told], at=at)
    return frozenset(new if wait is not None or told + len(taken) > OTHERS_A_DAY else taken)
