"""A validated claim that a partner wants collected, from which cases are created, routed and priced."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class DebtorType(StrEnum):
    """What a debtor is."""

    COMPANY = "Company"
    PRIVATE = "Private"


@dataclass(frozen=True)
class Debtor:
    """Who owes. `country` is alpha-2, `state_code` the two letters of a US state; absent facts are blank."""

    type: DebtorType
    name: str
    country: str
    address: str = ""
    city: str = ""
    zip_code: str = ""
    state: str = ""
    state_code: str = ""
    contact_person: str = ""
    registration_number: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Claim:
    """What is owed. `over_6_months` and its like are parts of the amount, and each includes the older parts."""

    debtor: Debtor
    currency: str
    amount: Decimal
    date: datetime.date | None
    due_date: datetime.date | None
    over_6_months: Decimal | None
    over_12_months: Decimal | None
    over_24_months: Decimal | None
    creditor_reference: str = ""
    comments: str = ""
    description: str = ""
    skip_verification: bool = False
    is_test: bool = False
    tag: str = ""
    collection_partner_id: UUID | None = None
    assigned_user_email: str = ""
    division_id: UUID | None = None
    return_url: str = ""

    def digest(self) -> str:
        """
        SHA-256 in hex; claims that say the same have the same digest.

        Absent facts are left out, so a field that is added to claims later does not change earlier digests.
        """
        facts = json.dumps(
            _said({**vars(self), "debtor": vars(self.debtor)}), sort_keys=True, ensure_ascii=False, default=_plain
        )
        return hashlib.sha256(facts.encode()).hexdigest()


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    said = {name: _said(value) if isinstance(value, dict) else value for name, value in facts.items()}
    return {name: value for name, value in said.items() if not (value is None or value is False or value == "")}


def _plain(value: Decimal | datetime.date | UUID) -> str:
    """100 and 100.00 are the same amount."""
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)
