"""Let go of an address that nobody ever proved, so that it does not block another company (product-rules 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from clients.models import Client, EmailAddress
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Released:
    """The address is nobody's now: a call that names it is about a new company."""


@dataclass(frozen=True)
class WasProven:
    """The address was proven for the client, so it stays the client's; nothing changed."""


@dataclass(frozen=True)
class NotHeld:
    """The client does not hold this address, or not any more; nothing changed."""


@transaction.atomic
def release_address(*, client: Client, address: str, by: Staff, why: str) -> Released | WasProven | NotHeld:
    """
    Take an address (in normal form) from a client that never proved it. A second call returns NotHeld.

    Users keep it as text: if one of them proves it later, and no other client has, it becomes the client's again.
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
