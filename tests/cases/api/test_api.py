"""What partners read of cases: lists with their filters, one case, coverage, previews."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cases.lifecycle import Lifecycle
from cases.models import Case, CollectionPartner
from clients.models import ReferralPartnerClientLink
from partners.models import ReferralPartner
from tests.make import make_case, make_client, make_collection_partner, make_coverage, make_link, make_rate

NOW = timezone.now()


@pytest.fixture
def link(partner: ReferralPartner) -> ReferralPartnerClientLink:
    client = make_client(name="Acme A/S", admin="jane@acme.test", colleagues=("ib@acme.test",))
    return make_link(partner=partner, client=client, tenant_id="tenant-1")


@pytest.fixture
def collector() -> CollectionPartner:
    return make_collection_partner(name="Inkasso Nord A/S", platform_share_percentage=Decimal(25))


def listed(api: APIClient, **query: Any) -> list[str]:
    """The references of the creditor of the cases that are listed."""
    answer = api.get("/cases", query)
    assert answer.status_code == 200, answer.json()
    return [case["creditorReference"] for case in answer.json()["cases"]]


def refused(api: APIClient, path: str = "/cases", **query: Any) -> dict[str, list[str]]:
    answer = api.get(path, query)
    assert answer.status_code == 400
    errors: dict[str, list[str]] = answer.json()["validationErrors"]
    return errors


# --- GET /cases -------------------------------------------------------------------------------------


def test_a_case_is_listed_with_whose_it_is_and_where_it_stands(
    api: APIClient, link: ReferralPartnerClientLink, collector: CollectionPartner
) -> None:
    case = make_case(link=link, collection_partner=collector, creditor_reference="INV-1", due_date=date(2026, 10, 9))

    answer = api.get("/cases").json()

    [told] = answer["cases"]
    jane, ib = link.client.users.all()
    assert told == {
        "id": str(case.pk),
        "reference": case.reference,
        "creditorReference": "INV-1",
        "client": {
            "externalTenantId": "tenant-1",
            "creditorId": str(link.client_id),
            "companyName": "Acme A/S",
            "contacts": {
                "onboardingUser": {"email": "jane@acme.test", "name": jane.name},
                "officeEmail": link.client.support_email,
                "otherUsers": [{"email": "ib@acme.test", "name": ib.name}],
            },
        },
        "debtor": {"name": "Debitor ApS", "country": "Denmark"},
        "grossAmount": 1000.0,
        "remainder": 1000.0,
        "currency": "EUR",
        "lifecycle": "Pending contract signing",
        "closeCode": None,
        "currentEngagementPhase": None,
        "dateCreated": case.created_at.isoformat().replace("+00:00", "Z"),
        "dueDate": "2026-10-09T00:00:00Z",
        "dateCollectionStarted": None,
        "dateFinished": None,
        "validation": {"needsInfo": False, "creditorRespondedAt": None, "items": []},
        "collectionPartner": "Inkasso Nord A/S",
        "expectedReferralRatePercentage": 12.5,
    }


def test_without_cases_there_is_an_empty_page(api: APIClient) -> None:
    assert api.get("/cases").json() == {
        "page": {"totalResults": 0, "pageSize": 10, "currentPage": 1, "responseCount": 0, "totalPages": 0},
        "cases": [],
        "summary": {
            "totalCases": 0,
            "casesThisMonth": 0,
            "byLifecycle": {"active": 0, "pending": 0, "closed": 0, "paused": 0},
        },
    }


def test_another_partners_cases_do_not_exist(
    api: APIClient, rival_api: APIClient, link: ReferralPartnerClientLink
) -> None:
    case = make_case(link=link)

    answers = [rival_api.get(path) for path in ("/cases", f"/cases?externalTenantId=tenant-1&query={case.reference}")]

    assert [answer.json()["cases"] for answer in answers] == [[], []]
    assert [answer.json()["summary"]["totalCases"] for answer in answers] == [0, 0]
    assert rival_api.get(f"/cases/{case.pk}").status_code == 404
    assert api.get(f"/cases/{case.pk}").status_code == 200


@pytest.fixture
def three(link: ReferralPartnerClientLink, collector: CollectionPartner) -> list[Case]:
    """An old small one, a newer large one of another client, and the newest of another country."""
    other = make_link(partner=link.partner, client=make_client(name="Other A/S"), tenant_id="tenant-2")
    return [
        make_case(link=link, creditor_reference="A-1", amount=Decimal(10), due_date=date(2026, 10, 5),
                  created_at=datetime(2026, 1, 5, 23, 59, tzinfo=UTC), lifecycle=Lifecycle.ACTIVE),
        make_case(link=other, creditor_reference="B-2", amount=Decimal(30), due_date=date(2026, 10, 4),
                  created_at=datetime(2026, 1, 6, 0, 0, tzinfo=UTC), lifecycle=Lifecycle.PAUSED,
                  debtor_name="Müller Werkzeug GmbH"),
        make_case(link=link, creditor_reference="C-3", amount=Decimal(20), debtor_country="NO",
                  collection_partner=collector, created_at=NOW, lifecycle=Lifecycle.NEEDS_ADDITIONAL_DETAILS),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["C-3", "B-2", "A-1"]),
        ({"FROMDATE": "2026-01-06"}, ["C-3", "B-2"]),
        ({"toDate": "2026-01-05"}, ["A-1"]),
        ({"toDate": "20260105"}, ["A-1"]),
        ({"ToDate": "2026-01-06T00:00:00Z"}, ["B-2", "A-1"]),
        ({"fromDate": "2026-01-06T01:00:00+01:00", "toDate": "2026-01-06"}, ["B-2"]),
        ({"ExternalTenantId": "tenant-1"}, ["C-3", "A-1"]),
        ({"ExternalTenantId": "TENANT-1"}, []),
        ({"Statuses": "Active"}, ["A-1"]),
        ({"Statuses": ["More Info Required", "paused"]}, ["C-3", "B-2"]),
        ({"statuses": "NeedsAdditionalDetails"}, ["C-3"]),
        ({"Query": "müller"}, ["B-2"]),
        ({"Query": "werk MUL"}, ["B-2"]),
        ({"Query": "zeug ller"}, ["B-2"]),
        ({"Query": "er"}, []),
        ({"Statuses": ["", "paused"]}, ["B-2"]),
        ({"Page": ["", "2"], "PageSize": "2"}, ["A-1"]),
        ({"Query": "werk mül"}, ["B-2"]),
        ({"Query": "c-3"}, ["C-3"]),
        ({"Query": " "}, ["C-3", "B-2", "A-1"]),
        ({"Query": ""}, ["C-3", "B-2", "A-1"]),
        ({"CountryIds": "578"}, ["C-3"]),
        ({"CountryIds": ["578", "208"]}, ["C-3", "B-2", "A-1"]),
        ({"CountryIds": "999999"}, []),
        ({"Sort": "GrossAmount"}, ["A-1", "C-3", "B-2"]),
        ({"Sort": "grossamount:DESC"}, ["B-2", "C-3", "A-1"]),
        ({"Sort": "DueDate:asc"}, ["B-2", "A-1", "C-3"]),
        ({"Sort": "DateCreated:asc"}, ["A-1", "B-2", "C-3"]),
        ({"Page": "2", "PageSize": "2"}, ["A-1"]),
        ({"Page": "9"}, []),
        ({"Page": "2147483647", "PageSize": "100"}, []),
    ],
)
def test_cases_are_found_by_what_is_asked(
    api: APIClient, three: list[Case], query: dict[str, Any], found: list[str]
) -> None:
    assert listed(api, **query) == found


def test_cases_are_found_by_who_collects_and_by_reference(
    api: APIClient, three: list[Case], collector: CollectionPartner
) -> None:
    assert listed(api, CollectionPartnerIds=str(collector.pk)) == ["C-3"]
    assert listed(api, Query=three[0].reference.lower()) == ["A-1"]


def test_cases_of_an_archived_link_are_still_read_and_its_people_are_not(
    api: APIClient, link: ReferralPartnerClientLink, three: list[Case]
) -> None:
    type(link).objects.filter(pk=link.pk).update(archived_at=timezone.now() + timedelta(seconds=1))

    assert listed(api, externalTenantId="tenant-1") == ["C-3", "A-1"]
    told = api.get(f"/cases/{three[0].pk}").json()["client"]
    assert (told["companyName"], "contacts" in told) == ("Acme A/S", False)


def test_page_and_summary_count_all_that_was_asked_for(api: APIClient, three: list[Case]) -> None:
    answer = api.get("/cases?PageSize=1&CountryIds=208&CountryIds=578").json()

    assert answer["page"] == {
        "totalResults": 3, "pageSize": 1, "currentPage": 1, "responseCount": 1, "totalPages": 3,
    }  # fmt: skip
    assert answer["summary"] == {
        "totalCases": 3,
        "casesThisMonth": 1,
        "byLifecycle": {"active": 1, "pending": 1, "closed": 0, "paused": 1},
    }


def test_everything_that_is_wrong_with_a_query_is_told_at_once(api: APIClient) -> None:
    errors = refused(
        api, pageSize="101", page="0", fromDate="yesterday", statuses=["Active", "Gone"], countryIds="DK",
        collectionPartnerIds="7", sort="name", Foo="1", toDate=["2026-01-01", "2026-01-02"],
    )  # fmt: skip

    assert set(errors) == {
        "pageSize", "page", "fromDate", "statuses", "countryIds", "collectionPartnerIds", "sort", "Foo", "toDate",
    }  # fmt: skip
    assert errors["Foo"] == ["Unknown property."]


@pytest.mark.parametrize("path", ["/cases", "/clients"])
def test_the_charset_that_a_caller_names_does_not_matter(api: APIClient, path: str) -> None:
    answer = api.get(f"{path}?Query=%2B2AA-", content_type="application/json; charset=utf-7")

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/cases", "/clients"])
@pytest.mark.parametrize("nothing", ["", " ", "\u00a0\u200b"])
def test_a_parameter_that_says_nothing_is_left_out(
    api: APIClient, link: ReferralPartnerClientLink, path: str, nothing: str
) -> None:
    parameters = {
        "/cases": ["externalTenantId", "fromDate", "toDate", "query", "sort", "page", "pageSize", "statuses",
                   "countryIds", "collectionPartnerIds"],
        "/clients": ["externalTenantId", "isAttributedClient", "dateCreatedFrom", "dateCreatedTo", "onboardingDone",
                     "query", "sort", "page", "pageSize"],
    }  # fmt: skip
    make_case(link=link)

    answer = api.get(path, dict.fromkeys(parameters[path], nothing))

    assert answer.status_code == 200
    assert answer.json() == api.get(path).json()
    assert len(answer.json()[path.strip("/")]) == 1


@pytest.mark.parametrize("path", ["/cases", "/clients"])
@pytest.mark.parametrize("text", ["\x00", "%", "_", "'", "\\", "\ud800", "a" * 256])
def test_whatever_is_searched_for_there_is_an_answer(api: APIClient, path: str, text: str) -> None:
    answer = api.get(path, {"query": text.encode("utf-8", "surrogatepass")})

    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("number", [1, 30])
def test_a_list_costs_as_many_statements_however_long(
    api: APIClient, link: ReferralPartnerClientLink, number: int
) -> None:
    collector = make_coverage().collection_partner
    for index in range(number):
        other = make_link(partner=link.partner, tenant_id=f"t-{index}")
        make_case(link=other, collection_partner=collector)
    api.get("/coverage")

    with CaptureQueriesContext(connection) as asked:
        assert len(listed(api, PageSize=100)) == number

    assert len(asked) == 5


@pytest.mark.parametrize(
    "query",
    [
        "collectionPartnerIds=00000000-0000-0000-0000-000000000000",
        "toDate=0001-01-01T00:00:00",
        "fromDate=0001-01-01T00:00:00Z",
        "fromDate=%202026-01-01t00:00:00z",
    ],
)
def test_what_programs_ask_who_ask_for_nothing_leaves_nothing_out(
    api: APIClient, link: ReferralPartnerClientLink, query: str
) -> None:
    case = make_case(link=link)

    assert [each["id"] for each in api.get(f"/cases?{query}").json()["cases"]] == [str(case.pk)]


# --- GET /cases/{id} --------------------------------------------------------------------------------


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


# --- GET /coverage and what can be filtered by ------------------------------------------------------


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


# --- POST /cases/preview ----------------------------------------------------------------------------

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
