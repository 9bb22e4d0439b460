"""Temporarily let a partner be told of more companies that we know (product-rules 3.6)."""

from __future__ import annotations

from datetime import datetime

from partners.models import ReferralPartner
from staff.decision import decision
from staff.models import Staff


def raise_asking_limit(*, partner: ReferralPartner, limit: int, until: datetime, by: Staff, why: str) -> None:
    """Set the limit until that moment; then the usual one holds again. A second call replaces it."""
    with decision(
        by=by, why=why, what=f"Raised the limit on asking to {limit} a day, until {until:%Y-%m-%d}", about=partner
    ):
        partner.asking_limit, partner.asking_limit_until = limit, until
        partner.save(update_fields=["asking_limit", "asking_limit_until"])
