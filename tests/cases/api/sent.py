"""Cases as they are sent, and what is read of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cases.api.schemas import CaseRequest
from cases.claim import Claim
from edge.shapes import Shape, read
from tests.cases.bodies import CASE, DEBTOR

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Request(Shape):
    """As in POST /clients."""

    cases: list[CaseRequest]


def case(**changes: Any) -> dict[str, Any]:
    return {**CASE, **changes}


def with_debtor(**changes: Any) -> dict[str, Any]:
    return case(debtor={**DEBTOR, **changes})


def claim(sent: dict[str, Any]) -> Claim:
    return read(Request, {"cases": [sent]}, at=NOW).cases[0].claim()
