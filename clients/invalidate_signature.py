"""Invalidate a signature: the client must sign again, and is told why (product-rules 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from clients.models import Client, Signature
from edge.clock import database_time
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Invalidated:
    """The signature no longer counts."""


@dataclass(frozen=True)
class InvalidatedBefore:
    """Somebody had already invalidated it; nothing changed."""


@transaction.atomic
def invalidate_signature(
    *, signature: Signature, told_client: str, by: Staff, why: str
) -> Invalidated | InvalidatedBefore:
    """
    Invalidate the signature; a second call changes nothing.

    `why` goes into the log, for staff only; `told_client` is what the client reads when it is asked to sign again.
    """
    Client.objects.lock().get(pk=signature.client_id)
    signature.refresh_from_db(fields=["invalidated_at"])
    if signature.invalidated_at is not None:
        return InvalidatedBefore()
    with decision(by=by, why=why, what="Invalidated", about=signature):
        signature.invalidated_at, signature.invalidated_by, signature.invalidated_why = database_time(), by, told_client
        signature.save(update_fields=["invalidated_at", "invalidated_by", "invalidated_why"])
    return Invalidated()
