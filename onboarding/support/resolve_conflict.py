"""Support decides what partners and clients cannot (product-rules 3.5, 3.9, 3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from clients.models import Client, ConflictKind, ConflictStatus, LinkConflict, LinkRequest, ReferralPartnerClientLink
from onboarding.registering.locks import take_advisory_locks, tenant_lock
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Resolved:
    """The conflict is decided as wanted; with an offer, the client is asked by its request."""

    conflict: LinkConflict


@dataclass(frozen=True)
class DecidedBefore:
    """A colleague was faster; nothing changed. The conflict says who decided what, when and why."""

    conflict: LinkConflict


@dataclass(frozen=True)
class NothingToMove:
    """The client has left the link that the conflict is about, or it is the asking partner's; nothing changed."""


@dataclass(frozen=True)
class NotAmongTheMatches:
    """This client is none of those that the partner's addresses belong to; nothing changed."""


@dataclass(frozen=True)
class IdTaken:
    """The asking partner has another client under the id by now, so none can be linked under it; nothing changed."""


type Resolution = Resolved | DecidedBefore
type Offer = Resolution | NothingToMove | IdTaken

WHAT = {
    ConflictStatus.KEPT: "Kept the client with its partner",
    ConflictStatus.REFUSED: "Refused all clients that match",
    ConflictStatus.MOVE_OFFERED: "Offered the client a move",
    ConflictStatus.CLIENT_CHOSEN: "Chose the client that is meant",
}


@transaction.atomic
def keep(*, conflict: LinkConflict, by: Staff, why: str, at: datetime) -> Resolution:
    """Leave the client where it is; the asking partner goes on getting a 409."""
    _lock_clients(conflict)
    return _decide(conflict, ConflictStatus.KEPT, by, why, at)


@transaction.atomic
def refuse(*, conflict: LinkConflict, by: Staff, why: str, at: datetime) -> Resolution:
    """Give the asking partner none of the clients that match."""
    _lock_clients(conflict)
    return _decide(conflict, ConflictStatus.REFUSED, by, why, at)


@transaction.atomic
def offer_move(*, conflict: LinkConflict, by: Staff, why: str, at: datetime) -> Offer:
    """Ask the client to move to the asking partner; until it approves, the old link stays."""
    _lock_tenant_id(conflict)
    [client] = _lock_clients(conflict)
    if not _is_open(conflict):
        return _decided_before(conflict)
    link = client.links.active().first()
    if link is None or link.partner_id == conflict.partner_id:
        return NothingToMove()
    return _offer(conflict, client, ConflictStatus.MOVE_OFFERED, by, why, at)


@transaction.atomic
def choose_client(
    *, conflict: LinkConflict, client: Client, by: Staff, why: str, at: datetime
) -> Offer | NotAmongTheMatches:
    """Say which of the matching clients the partner means, and ask that one."""
    _lock_tenant_id(conflict)
    chosen = next((match for match in _lock_clients(conflict) if match.pk == client.pk), None)
    if chosen is None:
        return NotAmongTheMatches()
    if not _is_open(conflict):
        return _decided_before(conflict)
    link = chosen.links.active().first()
    if link is not None and link.partner_id == conflict.partner_id:
        return NothingToMove()
    return _offer(conflict, chosen, ConflictStatus.CLIENT_CHOSEN, by, why, at)


@transaction.atomic
def reopen(*, conflict: LinkConflict, by: Staff, why: str) -> Resolved | DecidedBefore:
    """Undo a decision against the asking partner; an offer is the client's to answer."""
    _lock_clients(conflict)
    against = LinkConflict.objects.filter(pk=conflict.pk, status__in=[ConflictStatus.KEPT, ConflictStatus.REFUSED])
    if not against.select_for_update().exists():
        return _decided_before(conflict)
    with decision(by=by, why=why, what="Reopened", about=conflict):
        against.update(status=ConflictStatus.OPEN, decided_at=None, decided_by=None, reason="")
    conflict.refresh_from_db()
    return Resolved(conflict)


@transaction.atomic
def lift(*, request: LinkRequest, by: Staff, why: str, at: datetime) -> bool:
    """
    Let a partner ask again that the client did not know; False if that was lifted before.

    The client may have said so more than once, and all of it is lifted.
    """
    Client.objects.lock().get(pk=request.client_id)
    disowned = LinkRequest.objects.filter(partner=request.partner_id, client=request.client_id).disowned()
    if not disowned.select_for_update().exists():
        return False
    with decision(by=by, why=why, what="Let the partner ask again", about=request):
        disowned.update(lifted_at=at, lifted_by=by)
    return True


def id_is_taken(conflict: LinkConflict) -> bool:
    """Whether the asking partner has another client under the id that it asked with."""
    return ReferralPartnerClientLink.objects.active().of(conflict.partner, conflict.external_tenant_id).exists()


def _lock_tenant_id(conflict: LinkConflict) -> None:
    """Keep the partner's POST from using the id while it is offered; before the clients, as POST does."""
    take_advisory_locks([tenant_lock(conflict.partner, conflict.external_tenant_id)])


def _lock_clients(conflict: LinkConflict) -> list[Client]:
    """The clients that the conflict is about, in one order whoever locks them."""
    if conflict.kind == ConflictKind.ELSEWHERE:
        return list(Client.objects.filter(conflicts=conflict).lock())
    matches = conflict.matches.values("client")
    return list(Client.objects.filter(pk__in=matches).order_by("pk").lock())


def _offer(
    conflict: LinkConflict, client: Client, status: ConflictStatus, by: Staff, why: str, at: datetime
) -> Resolution | IdTaken:
    if id_is_taken(conflict):
        return IdTaken()
    pending = LinkRequest.objects.filter(partner=conflict.partner_id)
    pending.filter(client=client).supersede()
    pending.filter(external_tenant_id=conflict.external_tenant_id).supersede()
    request = LinkRequest.objects.create(
        partner=conflict.partner,
        client=client,
        external_tenant_id=conflict.external_tenant_id,
        expires_at=Now() + timedelta(days=conflict.partner.approval_days),
        offered_by=by,
        replaces=client.links.active().first(),
    )
    return _decide(conflict, status, by, why, at, request=request)


def _decide(
    conflict: LinkConflict, status: ConflictStatus, by: Staff, why: str, at: datetime, **facts: Any
) -> Resolution:
    if not _is_open(conflict):
        return _decided_before(conflict)
    with decision(by=by, why=why, what=WHAT[status], about=conflict):
        LinkConflict.objects.open().filter(pk=conflict.pk).update(
            status=status, decided_at=at, decided_by=by, reason=why, **facts
        )
    conflict.refresh_from_db()
    return Resolved(conflict)


def _is_open(conflict: LinkConflict) -> bool:
    """Whether nobody has decided it, with its row locked: of two colleagues one wins, and the other is told."""
    return LinkConflict.objects.open().filter(pk=conflict.pk).select_for_update().exists()


def _decided_before(conflict: LinkConflict) -> DecidedBefore:
    conflict.refresh_from_db()
    return DecidedBefore(conflict)
