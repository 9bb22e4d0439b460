"""GET /coverage, and what can be filtered by."""

from __future__ import annotations

from decimal import Decimal

from rest_framework.test import APIClient

from cases.models import Case, CollectionPartner
from partners.models import ReferralPartner
from tests.make import make_case, make_collection_partner, make_coverage, make_link


def test_coverage_tells_who_collects_where_and_on_what_conditions(api: APIClient, collector: CollectionPartner) -> None:
    second = make_collection_partner(name="Second")
    make_coverage(collector, country="US", state="CA", minimum_amount=Decimal(1000), minimum_currency="EUR")
    make_coverage(second, country="US", state="CA", debtor_type="Company", minimum_amount="0.5", minimum_currency="USD")
    make_coverage(make_collection_partner(name="Whole country"), country="US")
    make_coverage(collector, country="DK")
    make_coverage(collector, country="SE", is_active=False)
    make_coverage(make_collection_partner(is_active=False), country="NO")

    denmark, country, california = api.get("/coverage").json()

    assert (denmark["jurisdiction"], denmark["jurisdictionId"], denmark["countryId"]) == ("Denmark", 208, 208)
    assert denmark["partners"] == [
        {"partnerId": str(collector.pk), "partnerName": "Inkasso Nord A/S", "conditions": "All cases"}
    ]
    assert (california["jurisdiction"], california["usStateAlpha2"]) == ("United States - California", "CA")
    assert [(each["partnerName"], each["conditions"]) for each in california["partners"]] == [
        ("Inkasso Nord A/S", "Amount ≥ 1,000 EUR"),
        ("Second", "B2B cases only, Amount ≥ 0.5 USD"),
        ("Whole country", "All cases"),
    ]
    assert (country["jurisdiction"], [each["partnerName"] for each in country["partners"]]) == (
        "United States",
        ["Whole country"],
    )


def test_the_filter_options_are_those_of_the_partners_own_cases(
    api: APIClient, rival: ReferralPartner, three: list[Case], collector: CollectionPartner
) -> None:
    make_case(
        link=make_link(partner=rival, tenant_id="r"),
        collection_partner=make_collection_partner(name="Rivals"),
        debtor_country="SE",
    )

    told = api.get("/referral-partner/filter-options").json()

    assert told["countries"] == [{"id": 208, "name": "Denmark"}, {"id": 578, "name": "Norway"}]
    assert {"id": str(collector.pk), "name": "Inkasso Nord A/S"} in told["carveoutPartners"]
    assert "Rivals" not in str(told)
