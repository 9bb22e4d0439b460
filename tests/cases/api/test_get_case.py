"""GET /cases/{id}."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from cases.models import CollectionPartner
from clients.models import ReferralPartnerClientLink
from tests.make import make_case, make_rate


def test_one_case_tells_what_it_may_bring(
    api: APIClient, link: ReferralPartnerClientLink, collector: CollectionPartner
) -> None:
    make_rate("EUR", "1.10")
    case = make_case(link=link, collection_partner=collector, success_fee_percentage=Decimal("9.5"))

    told = api.get(f"/cases/{case.pk}").json()

    assert told["potentialRevenue"] == {
        "grossAmountUsd": 1100.0,
        "successFeePercentage": 9.5,
        "collectionPartnerRevenueUsd": 104.5,
        "platformRevenueSharePercentage": 25.0,
        "platformRevenueUsd": 26.13,
        "referralFeePercentage": 12.5,
        "referralRevenueUsd": 3.27,
    }


def test_without_a_rate_nothing_is_promised(api: APIClient, link: ReferralPartnerClientLink) -> None:
    assert "potentialRevenue" not in api.get(f"/cases/{make_case(link=link).pk}").json()


def test_an_id_in_capitals_is_the_same_case(api: APIClient, link: ReferralPartnerClientLink) -> None:
    case = make_case(link=link)

    assert api.get(f"/cases/{str(case.pk).upper()}").json() == api.get(f"/cases/{case.pk}").json()


@pytest.mark.parametrize("path", ["/cases/5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10", "/cases/nothing", "/cases/7"])
def test_a_case_that_there_is_not_is_a_404(api: APIClient, path: str) -> None:
    answer = api.get(path)

    assert (answer.status_code, answer.json()["error"]) == (404, "NotFound")
