"""What is recovered in a case, and who gets which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cases.models import Case

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Revenue:
    """What is recovered, the fee on it, Debitura's share of the fee, and the referral partner's of that; in USD."""

    recovered: Decimal
    collection_partner: Decimal
    platform: Decimal
    referral: Decimal


def revenue(case: Case, recovered: Decimal, *, usd_per_unit: Decimal | None) -> Revenue | None:
    """Split this amount in the case's currency, to the cent; None if the price or the rate is not known."""
    if usd_per_unit is None or case.success_fee_percentage is None:
        return None
    in_usd = recovered * usd_per_unit
    fee = in_usd * case.success_fee_percentage / 100
    platform = fee * case.collection_partner.platform_share_percentage / 100
    referral = platform * case.link.fee_percentage / 100
    return Revenue(*[part.quantize(CENT, ROUND_HALF_UP) for part in (in_usd, fee, platform, referral)])
