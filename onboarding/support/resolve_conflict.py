"""Support resolves conflicts between a partner's call and the clients that we know (product-rules 3.5, 3.9, 3.12)."""

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
    """The conflict is decided; with an offer, its link request asks the client."""

    conflict: LinkConflict


@dataclass(frozen=True)
class DecidedBefore:
    """A colleague was faster; nothing changed. The conflict holds their decision and reason."""

    conflict: LinkConflict


@dataclass(frozen=True)
class NothingToMove:
    """The client has no active link any more, or its link is the asking partner's already; nothing changed."""


@dataclass(frozen=True)
class NotAmongTheMatches:
    """The client is not one of those that match; nothing changed."""


@dataclass(frozen=True)
class IdTaken:
    """The asking partner has another client under the tenant id by now; nothing changed."""


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
    """Leave the client with its partner; the asking partner keeps getting a 409."""
    _lock_clients(conflict)
    return _decide(conflict, ConflictStatus.KEPT, by, why, at)


@transaction.atomic
def refuse(*, conflict: LinkConflict, by: Staff, why: str, at: datetime) -> Resolution:
    """Give the asking partner none of the clients that match; it keeps getting a 409."""
    _lock_clients(conflict)
    return _decide(conflict, ConflictStatus.REFUSED, by, why, at)


@transaction.atomic
def offer_move(*, conflict: LinkConflict, by: Staff, why: str, at: datetime) -> Offer:
    """Ask the client to move to the asking partner; its link stays until it approves."""
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
    """Choose which of the matching clients the partner means, and ask that one."""
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
    """Undo a decision against the asking partner. An offer cannot be undone: the client answers it."""
    _lock_clients(conflict)
    against = LinkConflict.objects.filter(pk=conflict.pk, status__in=[ConflictStatus.KEPT, ConflictStatus.REFUSED])
    if not against.select_for_update().exists():
        return _decided_before(conflict)
    with decision(by=by, why=why, what="Reopened", about=conflict):
        against.update(status=ConflictStatus.OPEN, decided_at=None, decided_by=None, reason="")
    conflict.refresh_from_db()
    return Resolved(conflict)


@transaction.atomic
def lift(*, link_request: LinkRequest, by: Staff, why: str, at: datetime) -> bool:
    """
    Let a partner ask again although the client said that it does not know it; False if there is nothing to lift.

    The client may have said so to several link requests of this partner; all are lifted.
    """
    Client.objects.lock().get(pk=link_request.client_id)
    disowned = LinkRequest.objects.filter(partner=link_request.partner_id, client=link_request.client_id).disowned()
    if not disowned.select_for_update().exists():
        return False
    with decision(by=by, why=why, what="Let the partner ask again", about=link_request):
        disowned.update(lifted_at=at, lifted_by=by)
    return True


def id_is_taken(conflict: LinkConflict) -> bool:
    """Whether the asking partner has a client under the conflict's tenant id."""
    return ReferralPartnerClientLink.objects.active().of(conflict.partner, conflict.external_tenant_id).exists()


def _lock_tenant_id(conflict: LinkConflict) -> None:
    """Keep the partner's POST from using the tenant id meanwhile. Taken before the clients' rows, as POST does."""
    take_advisory_locks([tenant_lock(conflict.partner, conflict.external_tenant_id)])


def _lock_clients(conflict: LinkConflict) -> list[Client]:
    """Lock the clients that the conflict is about, always in the same order; return them."""
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
    link_request = LinkRequest.objects.create(
        partner=conflict.partner,
        client=client,
        external_tenant_id=conflict.external_tenant_id,
        expires_at=Now() + timedelta(days=conflict.partner.approval_days),
        offered_by=by,
        replaces=client.links.active().first(),
    )
    return _decide(conflict, status, by, why, at, request=link_request)


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
    """Lock the conflict and say whether it is still open: of two colleagues, only the first can decide."""
    return LinkConflict.objects.open().filter(pk=conflict.pk).select_for_update().exists()


def _decided_before(conflict: LinkConflict) -> DecidedBefore:
    conflict.refresh_from_db()
    return DecidedBefore(conflict)
