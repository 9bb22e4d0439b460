"""Keep for support what a partner could not get; a repeat counts on the conflict there is (product-rules 3.12)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F
from django.db.models.functions import Now

from clients.models import Client, ConflictKind, LinkConflict, LinkConflictMatch, ReferralPartnerClientLink
from clients.models.link_conflict import LinkConflictQuerySet
from partners.models import ReferralPartner


def note_rival(link: ReferralPartnerClientLink, partner: ReferralPartner, external_tenant_id: str) -> None:
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


def note_ambiguity(clients: Sequence[Client], partner: ReferralPartner, external_tenant_id: str) -> None:
    """Note that the partner's addresses belong to several clients; their rows and the tenant id are locked."""
    standing = LinkConflict.objects.standing().filter(
        kind=ConflictKind.AMBIGUOUS, partner=partner, external_tenant_id=external_tenant_id
    )
    if not _count(standing):
        LinkConflict.objects.create(kind=ConflictKind.AMBIGUOUS, partner=partner, external_tenant_id=external_tenant_id)
    conflict = standing.get()
    LinkConflictMatch.objects.bulk_create(
        [LinkConflictMatch(conflict=conflict, client=client) for client in clients], ignore_conflicts=True
    )


def _count(standing: LinkConflictQuerySet) -> int:
    """Count a repeat; how many conflicts there were to count on, which is none or one."""
    return standing.update(times_asked=F("times_asked") + 1, last_asked_at=Now())
