"""POST /cases/preview."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from cases.models import Case
from tests.make import make_coverage, make_rate

PREVIEW: dict[str, Any] = {
    "currencyCode": "USD",
    "amountToRecover": 100,
    "debtor": {"type": "Company", "countryAlpha2": "DK"},
}


def preview(api: APIClient, **changes: Any) -> dict[str, Any]:
    answer = api.post("/cases/preview", {**PREVIEW, **changes})
    assert answer.status_code == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def test_a_preview_tells_price_and_place_and_writes_nothing(api: APIClient) -> None:
    make_coverage(country="US", state="CA")

    told = preview(api, debtor={"type": "Private", "countryAlpha2": "US", "stateAlpha2": "US-CA"})

    assert told == {
        "isEligible": True,
        "ineligibilityReason": None,
        "jurisdiction": {
            "id": 840_052,
            "name": "United States - California",
            "countryAlpha2": "US",
            "stateAlpha2": "CA",
        },
        "pricingPreview": {
            "baseSuccessFeePercentage": 30.0,
            "ageSurchargePercentage": 0.0,
            "totalSuccessFeePercentage": 30.0,
            "currencyCode": "USD",
            "pricingSource": "Standard agreement",
            "pricingSourceDescription": told["pricingPreview"]["pricingSourceDescription"],
        },
        "requiresKycVerification": False,
        "pendingActions": [],
        "combinedSigningUrl": None,
    }
    assert not Case.objects.exists()


def test_what_nobody_covers_is_priced_and_not_eligible(api: APIClient) -> None:
    told = preview(api)

    assert (told["isEligible"], told["ineligibilityReason"]) == (
        False,
        "No collection partner covers this debtor and amount.",
    )
    assert told["pricingPreview"]["totalSuccessFeePercentage"] == 20.0


# By hand: 920 EUR at 1.08 are 993.60 USD, 926 EUR are 1,000.08 USD.
@pytest.mark.parametrize(
    ("changes", "base", "uplift"),
    [
        ({"currencyCode": "EUR", "amountToRecover": 920}, 20.0, 0.0),
        ({"currencyCode": "EUR", "amountToRecover": 926}, 9.5, 0.0),
        ({"amountToRecover": 999.99}, 20.0, 0.0),
        ({"amountToRecover": 1000}, 9.5, 0.0),
        ({"amountToRecover": 149999.99}, 9.5, 0.0),
        ({"amountToRecover": 150000}, 6.0, 0.0),
        ({"amountToRecover": 100, "amountToRecoverOver12Months": 50, "amountToRecoverOver24Months": 25}, 20.0, 7.5),
        ({"amountToRecover": 100, "dueDate": "2000-01-01"}, 20.0, 20.0),
    ],
)
def test_a_preview_prices_by_the_standard_agreement(
    api: APIClient, changes: dict[str, Any], base: float, uplift: float
) -> None:
    make_rate("EUR", "1.08")

    price = preview(api, **changes)["pricingPreview"]

    assert (price["baseSuccessFeePercentage"], price["ageSurchargePercentage"]) == (base, uplift)
    assert price["totalSuccessFeePercentage"] == base + uplift


def test_without_a_rate_there_is_no_price(api: APIClient) -> None:
    assert "pricingPreview" not in preview(api, currencyCode="EUR")
