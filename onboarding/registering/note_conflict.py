"""Note conflicts for support; a repeated call is counted on the existing conflict (product-rules 3.12)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.db.models import F
from django.db.models.functions import Now

from clients.models import (
    Client,
    ConflictKind,
    Held,
    LinkConflict,
    LinkConflictAddress,
    LinkConflictMatch,
    ReferralPartnerClientLink,
)
from clients.models.link_conflict import LinkConflictQuerySet
from partners.models import ReferralPartner


def note_rival(
    link: ReferralPartnerClientLink, partner: ReferralPartner, external_tenant_id: str, matched: Iterable[Held]
) -> None:
    """Note that the partner asked for a client of another partner; the client's row is locked."""
    standing = LinkConflict.objects.standing().filter(
        kind=ConflictKind.ELSEWHERE, partner=partner, client=link.client_id
    )
    if not _count(standing):
        LinkConflict.objects.create(
            kind=ConflictKind.ELSEWHERE,
            partner=partner,
            external_tenant_id=external_tenant_id,
            client_id=link.client_id,
            existing_link=link,
        )
    _note_addresses(standing.get(), matched)


def note_ambiguity(
    clients: Sequence[Client], partner: ReferralPartner, external_tenant_id: str, matched: Iterable[Held]
) -> None:
    """
    Note that the partner's addresses belong to several clients, whose rows are locked.

    The same clients make one conflict, whatever the tenant ids: support has one thing to decide.
    """
    key = matched_key(clients)
    standing = LinkConflict.objects.standing().filter(kind=ConflictKind.AMBIGUOUS, partner=partner, matched_key=key)
    if not _count(standing):
        conflict = LinkConflict.objects.create(
            kind=ConflictKind.AMBIGUOUS, partner=partner, external_tenant_id=external_tenant_id, matched_key=key
        )
        LinkConflictMatch.objects.bulk_create(
            [LinkConflictMatch(conflict=conflict, client=client) for client in clients]
        )
    _note_addresses(standing.get(), matched)


def matched_key(clients: Iterable[Client]) -> str:
    """One value for a set of clients: SHA-256 in hex over their sorted ids."""
    return hashlib.sha256(" ".join(sorted(str(client.pk) for client in clients)).encode()).hexdigest()


def _note_addresses(conflict: LinkConflict, matched: Iterable[Held]) -> None:
    LinkConflictAddress.objects.bulk_create(
        [LinkConflictAddress(conflict=conflict, client_id=each.client_id, address=each.address) for each in matched],
        ignore_conflicts=True,
    )


def _count(standing: LinkConflictQuerySet) -> int:
    """Count a repeated call; return 1 if there was a conflict to count it on, else 0."""
    return standing.update(times_asked=F("times_asked") + 1, last_asked_at=Now())
