"""Find a partner's cases: a filtered and counted page of them, or one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from cases.api.list_schemas import CasesQuery
from cases.lifecycle import FINISHED, Lifecycle
from cases.models import Case
from cases.models.case import CaseQuerySet
from clients.models import ReferralPartnerClientLink
from partners.models import ReferralPartner

PENDING = frozenset(Lifecycle) - {Lifecycle.ACTIVE, Lifecycle.PAUSED, *FINISHED}


@dataclass(frozen=True)
class CaseCounts:
    """How many cases a selection has, in all and by state."""

    total: int
    this_month: int
    active: int
    pending: int
    closed: int
    paused: int


@dataclass(frozen=True)
class CasePage:
    """The cases of one page, and the counts of the whole selection."""

    cases: list[Case]
    counts: CaseCounts


def find_cases(*, partner: ReferralPartner, wanted: CasesQuery, at: datetime) -> CasePage:
    """Return a page of the partner's cases, those of archived links included; four queries, however long the list."""
    found = _filtered(partner, wanted)
    counts = _count(found, at)
    ids = list(found.order_by(*_order(wanted.sort)).values_list("pk", flat=True)[wanted.rows])
    return CasePage(_in_order(ids), counts)


def find_case(*, partner: ReferralPartner, case_id: UUID) -> Case | None:
    """Return the partner's case with this id; None if there is none, or it is another partner's."""
    cases = Case.objects.select_related("link", "client", "collection_partner").prefetch_related("client__users")
    return cases.filter(partner=partner, pk=case_id).first()


def _filtered(partner: ReferralPartner, wanted: CasesQuery) -> CaseQuerySet:
    conditions = {
        "created_at__gte": wanted.from_date,
        "created_at__lte": wanted.to_date,
        "lifecycle__in": wanted.statuses,
        "debtor_country__in": wanted.country_ids,
        "collection_partner__in": wanted.collection_partner_ids,
    }
    found = Case.objects.filter(partner=partner, **{name: value for name, value in conditions.items() if value})
    if wanted.external_tenant_id:
        links = ReferralPartnerClientLink.objects.of(partner, wanted.external_tenant_id)
        found = found.filter(link__in=links.order_by().values("pk"))
    return found.matching(wanted.query) if wanted.query.strip() else found


def _order(sort: str) -> tuple[str, str]:
    """An order that matches an index, forwards or backwards; the id settles ties."""
    by_creation = sort.removeprefix("-") == "created_at"
    return sort, "id" if by_creation == sort.startswith("-") else "-id"


def _count(found: CaseQuerySet, at: datetime) -> CaseCounts:
    month = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = (
        found.order_by()
        .values("lifecycle")
        .annotate(cases=Count("*"), this_month=Count("pk", filter=Q(created_at__gte=month)))
        .values_list("lifecycle", "cases", "this_month")
    )
    counted = {Lifecycle(lifecycle): (cases, new) for lifecycle, cases, new in rows}

    def of(lifecycles: Collection[Lifecycle]) -> int:
        return sum(cases for lifecycle, (cases, _) in counted.items() if lifecycle in lifecycles)

    return CaseCounts(
        total=of(frozenset(Lifecycle)),
        this_month=sum(new for _, new in counted.values()),
        active=of(frozenset({Lifecycle.ACTIVE})),
        pending=of(PENDING),
        closed=of(FINISHED),
        paused=of(frozenset({Lifecycle.PAUSED})),
    )


def _in_order(ids: Sequence[UUID]) -> list[Case]:
    """Load whole rows for this page only, so that a deep page walks an index and not the rows before it."""
    cases = Case.objects.select_related("link", "client", "collection_partner").prefetch_related("client__users")
    by_id = {case.pk: case for case in cases.filter(pk__in=ids)}
    return [by_id[each] for each in ids if each in by_id]
