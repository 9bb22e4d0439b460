"""What a claim would cost and whether anybody would collect it; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cases.routing import Wanted, route_with_rates
from cases.schemas import PreviewRequest
from cases.standard_fees import age_uplift, standard_fee


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


def preview_case(*, wanted: PreviewRequest, at: datetime) -> Preview:
    """Route and price a claim as it would be now; one statement."""
    place = wanted.debtor.place
    asked = Wanted(place.country, place.state, wanted.debtor.type, wanted.amount_to_recover, wanted.currency_code)
    [routed] = route_with_rates([asked], at=at)
    is_covered = routed.collection_partner_id is not None
    if routed.usd_per_unit is None:
        return Preview(is_covered, None)
    base = standard_fee(wanted.amount_to_recover * routed.usd_per_unit, place.country)
    return Preview(is_covered, Price(base, age_uplift(wanted.amount_to_recover, wanted.age(), on=at.date())))
