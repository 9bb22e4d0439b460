"""What a conflict's page shows: which clients matched by which addresses, and what each decision would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.case_stats import CaseStats, case_stats
from clients.models import (
    Client,
    ConflictKind,
    ConflictStatus,
    EmailAddress,
    LinkConflict,
    LinkRequest,
    ReferralPartnerClientLink,
    Signature,
)

NEWEST = 20

type Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class MatchedBy:
    """An address in the partner's call that matched a client, and its state now."""

    address: str
    is_held: bool
    is_proven: bool  # itself, or by another address of the client at the same domain
    proven_at: datetime | None


@dataclass(frozen=True)
class Matched:
    """One of the clients that a conflict is about, with what support needs to decide."""

    client: Client
    link: ReferralPartnerClientLink | None
    has_signed: bool
    by: list[MatchedBy]  # unproven ones first
    cases: CaseStats  # of `link`

    @property
    def may_be_squatted(self) -> bool:
        """Whether nobody ever proved an address that matched. If none is recorded, a signature counts as proof."""
        return not any(each.is_proven for each in self.by) if self.by else not self.has_signed


def matched_clients(conflict: LinkConflict) -> list[Matched]:
    """The clients that the conflict is about, in a fixed number of queries."""
    ids = [conflict.client_id] if conflict.client_id else [match.client_id for match in conflict.matches.all()]
    links = ReferralPartnerClientLink.objects.active().filter(client__in=ids).select_related("partner")
    by_client = {link.client_id: link for link in links}
    brought = case_stats([link.pk for link in links])
    signed = set(Signature.objects.filter(client__in=ids).values_list("client", flat=True))
    by = _matched_by(conflict)
    stats = {link.client_id: numbers for link in links if (numbers := brought.get(link.pk))}
    return [
        Matched(
            client=client,
            link=by_client.get(client.pk),
            has_signed=client.pk in signed,
            by=by.get(client.pk, []),
            cases=stats.get(client.pk, CaseStats()),
        )
        for client in Client.objects.filter(pk__in=ids)
    ]


def _matched_by(conflict: LinkConflict) -> dict[UUID, list[MatchedBy]]:
    """The addresses that matched, by client; unproven ones first."""
    matched = list(conflict.addresses.all())
    held = {each.address: each for each in EmailAddress.objects.held([each.address for each in matched])}
    found: dict[UUID, list[MatchedBy]] = {}
    for each in matched:
        now = held.get(each.address)
        if now is None or now.client_id != each.client_id:
            by = MatchedBy(each.address, is_held=False, is_proven=False, proven_at=None)
        else:
            by = MatchedBy(each.address, is_held=True, is_proven=now.is_proven, proven_at=now.proven_at)
        found.setdefault(each.client_id, []).append(by)
    for every in found.values():
        every.sort(key=lambda one: (one.is_proven, one.address))
    return found


def all_decisions(conflict: LinkConflict, matched: list[Matched]) -> Choices:
    """All decisions for this kind of conflict, whatever its status."""
    names = ["keep", "move"]
    if conflict.kind == ConflictKind.AMBIGUOUS:
        names = ["refuse", *(f"choose:{each.client.pk}" for each in matched)]
    return [(name, name) for name in [*names, "reopen"]]


def open_decisions(conflict: LinkConflict, matched: list[Matched]) -> Choices:
    """The decisions that can be taken now, each labelled with what it would do."""
    partner = conflict.partner.short_name
    match conflict.status, conflict.kind:
        case ConflictStatus.OPEN, ConflictKind.ELSEWHERE:
            elsewhere = [each for each in matched if each.link and each.link.partner_id != conflict.partner_id]
            return [
                ("keep", f"Keep: nothing changes, and {partner} goes on getting “linked to another partner”."),
                *[("move", f"Offer a move: {_asked(conflict, each)}") for each in elsewhere],
            ]
        case ConflictStatus.OPEN, _:
            return [
                *[(f"choose:{each.client.pk}", f"Choose: {_asked(conflict, each)}") for each in matched],
                ("refuse", f"Refuse: nothing changes, and {partner} goes on getting “cannot be told apart”."),
            ]
        case ((ConflictStatus.KEPT | ConflictStatus.REFUSED), _):
            return [("reopen", "Reopen: it waits for a decision again.")]
        case _:
            return []


def _asked(conflict: LinkConflict, each: Matched) -> str:
    """What asking this client would lead to, for the labels."""
    partner = conflict.partner
    asked = f"{each.client.name} is asked for {partner.approval_days} days, and until then nothing changes."
    linked = f"linked to {partner.short_name} at its fee of that moment ({partner.fee_percentage} % today)"
    if each.link is None:
        return f"{asked} If it approves, it is {linked}."
    leaves = f"its link to {each.link.partner.short_name} ({each.link.fee_percentage} %) is archived"
    return f"{asked} If it approves, {leaves} and it is {linked}."


def requests_to(matched: list[Matched]) -> list[LinkRequest]:
    """The latest 20 link requests to these clients, from any partner."""
    link_requests = LinkRequest.objects.filter(client__in=[each.client for each in matched])
    link_requests = link_requests.select_related("partner", "client", "offered_by", "lifted_by")
    return list(link_requests.order_by("-created_at")[:NEWEST])
