"""What a claim would cost and whether anybody would collect it; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.pricing.standard_fees import Age, Price, standard_price
from cases.routing import Wanted, route_with_rates


@dataclass(frozen=True)
class Preview:
    """Whether a collection partner covers the claim, and its price; None where the currency has no rate."""

    is_covered: bool
    price: Price | None


def preview_case(*, wanted: Wanted, age: Age, at: datetime) -> Preview:
    """Route and price a claim as of this moment. One statement."""
    [routed] = route_with_rates([wanted], at=at)
    price = standard_price(wanted.amount, wanted.country, age, usd_per_unit=routed.usd_per_unit, on=at.date())
    return Preview(routed.collection_partner_id is not None, price)
