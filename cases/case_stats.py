"""A client's cases in numbers, for one link or a page of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from edge.rows import ask


@dataclass(frozen=True)
class CaseStats:
    """Of the cases that came under a link; earnings are in USD, of those that are closed."""

    total: int = 0
    closed: int = 0
    earnings_usd: Decimal = Decimal(0)


# Plain SQL, for every answer about a client passes here.
STATS = """
SELECT link_id, count(*), count(*) FILTER (WHERE lifecycle IN ('Closed', 'Merged')), coalesce(sum(earnings_usd), 0)
  FROM cases_case WHERE link_id = ANY(%s) GROUP BY link_id
"""


def case_stats(link_ids: Collection[UUID]) -> dict[UUID, CaseStats]:
    """The numbers of each of these links that has cases; one statement."""
    return {link: CaseStats(*numbers) for link, *numbers in ask(STATS, [list(link_ids)])}
