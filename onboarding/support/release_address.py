"""Let an address go that nobody has ever proven, so that it keeps no other company out (product-rules 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from clients.models import Client, EmailAddress
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Released:
    """The address stands for nobody: who names it next is a new company."""


@dataclass(frozen=True)
class WasProven:
    """Somebody read mail at this address for the client, so it is the client's; nothing changed."""


@dataclass(frozen=True)
class NotHeld:
    """The client has no such address, or not any more; nothing changed."""


@transaction.atomic
def release_address(*, client: Client, address: str, by: Staff, why: str) -> Released | WasProven | NotHeld:
    """
    Take an address, in its normal form, from a client that has never proven it. A second call finds it gone.

    People keep it as text: if one of them proves it later and nobody else has, it is the client's again.
    """
    client = Client.objects.lock().get(pk=client.pk)
    held = EmailAddress.objects.filter(pk=address, client=client).first()
    if held is None:
        return NotHeld()
    if held.proven_at is not None:
        return WasProven()
    with decision(by=by, why=why, what="Released an address that was never proven", about=client):
        EmailAddress.objects.release([address])
    return Released()
