"""GET /cases: what is listed, filters, sorting, pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, CollectionPartner
from clients.models import ReferralPartnerClientLink
from tests.make import make_case, make_coverage, make_link


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
