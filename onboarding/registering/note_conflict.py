"""Keep for support what a partner could not get; a repeat counts on the conflict there is (product-rules 3.12)."""

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
    """Note that the partner asked for a client that another partner has; the client's row is locked."""
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

    One conflict for the same clients, under whatever tenant id they are asked for: there is one thing to decide.
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
    """Which clients these are, as one value: SHA-256 in hex over their sorted ids."""
    return hashlib.sha256(" ".join(sorted(str(client.pk) for client in clients)).encode()).hexdigest()


def _note_addresses(conflict: LinkConflict, matched: Iterable[Held]) -> None:
    LinkConflictAddress.objects.bulk_create(
        [LinkConflictAddress(conflict=conflict, client_id=each.client_id, address=each.address) for each in matched],
        ignore_conflicts=True,
    )


def _count(standing: LinkConflictQuerySet) -> int:
    """Count a repeat; how many conflicts there were to count on, which is none or one."""
    return standing.update(times_asked=F("times_asked") + 1, last_asked_at=Now())
