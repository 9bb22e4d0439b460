"""What a claim would cost and whether anybody would collect it; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cases.pricing.standard_fees import Age, age_uplift, standard_fee
from cases.routing import Wanted, route_with_rates


@dataclass(frozen=True)
class Price:
    """Percent of what is recovered, and the points in it that the claim's age adds."""

    base: Decimal
    uplift: Decimal


@dataclass(frozen=True)
class Preview:
    """Whether a collection partner covers it; the price where the currency has a rate."""

    is_covered: bool
    price: Price | None


def preview_case(*, wanted: Wanted, age: Age, at: datetime) -> Preview:
    """Route and price a claim as it would be now; one statement."""
    [routed] = route_with_rates([wanted], at=at)
    is_covered = routed.collection_partner_id is not None
    if routed.usd_per_unit is None:
        return Preview(is_covered, None)
    base = standard_fee(wanted.amount * routed.usd_per_unit, wanted.country)
    return Preview(is_covered, Price(base, age_uplift(wanted.amount, age, on=at.date())))
