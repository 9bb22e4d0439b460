"""A client's cases in numbers, for one link or a page of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from cases.lifecycle import FINISHED
from edge.rows import Statement, Together


@dataclass(frozen=True)
class CaseStats:
    """Numbers of the cases that came under a link. Only closed cases have earnings."""

    total: int = 0
    closed: int = 0
    earnings_usd: Decimal = Decimal(0)


class StatsRow(NamedTuple):
    """A link, and the numbers of its cases."""

    link_id: UUID
    stats: CaseStats


# Every answer about a client needs this, and the ORM takes longer to build the query than PostgreSQL to answer it.
STATS = Statement(
    StatsRow,
    "SELECT link_id, {stats} FROM cases_case WHERE link_id = ANY(%(links)s) GROUP BY link_id",
    stats=Together(
        CaseStats,
        "count(*), count(*) FILTER (WHERE lifecycle = ANY(%(finished)s)), coalesce(sum(earnings_usd), 0)",
    ),
)


def case_stats(link_ids: Collection[UUID]) -> dict[UUID, CaseStats]:
    """The numbers by link, for those of these links that have cases. One statement."""
    return {row.link_id: row.stats for row in STATS.ask({"links": list(link_ids), "finished": [*FINISHED]})}
