"""A client's cases in numbers, for one link or a page of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, Sum

from cases.find_cases import FINISHED
from cases.models import Case


@dataclass(frozen=True)
class CaseStats:
    """Of the cases that came under a link; earnings are in USD, of those that are closed."""

    total: int = 0
    closed: int = 0
    earnings_usd: Decimal = Decimal(0)


def case_stats(link_ids: Collection[UUID]) -> dict[UUID, CaseStats]:
    """The numbers of each of these links that has cases; one statement."""
    rows = (
        Case.objects.filter(link__in=link_ids)
        .order_by()
        .values("link")
        .annotate(total=Count("*"), closed=Count("pk", filter=Q(lifecycle__in=FINISHED)), earned=Sum("earnings_usd"))
        .values_list("link", "total", "closed", "earned")
    )
    return {link: CaseStats(total, closed, earned or Decimal(0)) for link, total, closed, earned in rows}
