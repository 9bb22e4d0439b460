"""A claim in which everything is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cases.claim import Claim, Debtor, DebtorType

DEBTOR = Debtor(
    type=DebtorType.COMPANY,
    name="Debitor ApS",
    country="DK",
    address="Vestergade 2",
    city="Aarhus",
    zip_code="8000",
    contact_person="Ib Berg",
    registration_number="DK87654321",
    email="ib@debitor.test",
    phone="+45 70 00 00 01",
)
CLAIM = Claim(
    debtor=DEBTOR,
    currency="EUR",
    amount=Decimal("1000.50"),
    date=date(2026, 1, 2),
    due_date=date(2026, 2, 1),
    over_6_months=Decimal(900),
    over_12_months=Decimal(800),
    over_24_months=Decimal("0.25"),
    creditor_reference="INV-1",
    comments="Please\nhurry – “now”",
    description="Goods",
    skip_verification=True,
    is_test=True,
    tag="batch 1",
)
