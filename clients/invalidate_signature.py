"""Set a signature aside: the client must sign again, and reads why (product-rules 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from clients.models import Client, Signature
from edge.clock import database_time
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Invalidated:
    """The signature counts no more."""


@dataclass(frozen=True)
class InvalidatedBefore:
    """Somebody was faster; nothing changed."""


@transaction.atomic
def invalidate_signature(
    *, signature: Signature, told_client: str, by: Staff, why: str
) -> Invalidated | InvalidatedBefore:
    """
    Let a signature count no more; again, nothing happens.

    `why` stays among staff, in the log; `told_client` is what the client reads when it is asked to sign again.
    """
    Client.objects.lock().get(pk=signature.client_id)
    signature.refresh_from_db(fields=["invalidated_at"])
    if signature.invalidated_at is not None:
        return InvalidatedBefore()
    with decision(by=by, why=why, what="Invalidated", about=signature):
        signature.invalidated_at, signature.invalidated_by, signature.invalidated_why = database_time(), by, told_client
        signature.save(update_fields=["invalidated_at", "invalidated_by", "invalidated_why"])
    return Invalidated()
