"""Cases as partners send them, and what they are told of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

DEBTOR = {"type": "Company", "name": "Owing Ltd", "address": "1 High St", "city": "Leeds", "countryAlpha2": "GB"}
CASE = {"currencyCode": "EUR", "amountToRecover": Decimal("1250.50"), "date": "2026-01-15", "debtor": DEBTOR}
COVERED = {**CASE, "debtor": {**DEBTOR, "countryAlpha2": "DE"}}
UNCOVERED = {**CASE, "debtor": {**DEBTOR, "countryAlpha2": "TV"}}


def referring(case: dict[str, Any], reference: str, **changes: Any) -> dict[str, Any]:
    return {**case, "creditorReference": reference, **changes}


def results(response: Any) -> tuple[list[str | None], list[tuple[int, str | None, str]]]:
    """References of the cases that there are; index, reference and kind of those that there are not."""
    told = response.json()["caseResults"]
    created = [case["creditorReference"] for case in told["successfulCases"]]
    failed = [(each["caseIndex"], each["creditorReference"], each["errorType"]) for each in told["failedCases"]]
    return created, failed
