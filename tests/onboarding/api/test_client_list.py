"""GET /clients: filters, pages, counts; what each says is what GET of the one says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cases.lifecycle import CloseCode, Lifecycle
from clients.models import ReferralPartnerClientLink
from partners.models import ReferralPartner
from tests.make import make_case, make_client, make_coverage, make_link, make_signature

NOW = timezone.now()


@pytest.fixture
def three(api: APIClient, partner: ReferralPartner) -> list[ReferralPartnerClientLink]:
    """An old client that has signed, a newer one that approved the partner, and the newest."""
    days = [datetime(2026, 1, 5, 23, 59, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC), NOW]
    facts: list[dict[str, Any]] = [
        {"name": "Bølge A/S", "support_email": "office@boelge.test", "registration_number": "DK-1"},
        {"name": "Ängel AB", "support_email": "kontor@angel.test", "registration_number": "SE-2"},
        {"name": "acme a/s", "support_email": "post@acme.test", "registration_number": "DK-3"},
    ]
    links = [
        make_link(partner=partner, client=make_client(**each), tenant_id=f"t-{index}", created_at=day,
                  is_attributed=index != 1)
        for index, (each, day) in enumerate(zip(facts, days, strict=True))
    ]  # fmt: skip
    make_signature(links[0])
    return links


def listed(api: APIClient, query: str = "") -> list[str]:
    answer = api.get(f"/clients?{query}")
    assert answer.status_code == 200, answer.json()
    return [client["externalTenantId"] for client in answer.json()["clients"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["t-2", "t-1", "t-0"]),
        ("Query=bØLGE", ["t-0"]),
        ("query=kontor", ["t-1"]),
        ("query=bolge", ["t-0"]),
        ("query=dk-", ["t-2", "t-0"]),
        ("query=%25", []),
        ("query=+", ["t-2", "t-1", "t-0"]),
        ("externalTenantId=t-1", ["t-1"]),
        ("externalTenantId=T-1", []),
        ("IsAttributedClient=true", ["t-2", "t-0"]),
        ("isattributedclient=False", ["t-1"]),
        ("dateCreatedFrom=2026-01-06", ["t-2", "t-1"]),
        ("dateCreatedTo=2026-01-05", ["t-0"]),
        ("dateCreatedTo=2026-01-06T00:00:00Z", ["t-1", "t-0"]),
        ("onboardingDone=true", ["t-0"]),
        ("onboardingDone=false", ["t-2", "t-1"]),
        ("sort=dateCreated", ["t-0", "t-1", "t-2"]),
        ("sort=name:desc&pageSize=1", None),
        ("page=2&pageSize=2", ["t-0"]),
        ("page=9", []),
    ],
)
def test_clients_are_found_by_what_is_asked(
    api: APIClient, three: list[ReferralPartnerClientLink], query: str, found: list[str] | None
) -> None:
    told = listed(api, query)

    assert told == (found if found is not None else [_last_by_name(api)])


def _last_by_name(api: APIClient) -> str:
    """The last of those that are listed by name: how letters are ordered is the database's matter."""
    return listed(api, "sort=name")[-1]


def test_what_is_searched_for_is_folded_once_and_not_for_each_row(
    api: APIClient, three: list[ReferralPartnerClientLink]
) -> None:
    """Prepared statements are planned without their values."""
    with CaptureQueriesContext(connection) as asked:
        listed(api, "Query=acme")

    searches = [each["sql"] for each in asked if "debitura_folded" in each["sql"]]
    assert searches
    assert all(sql.count("debitura_folded(") == sql.count("(SELECT debitura_folded(") for sql in searches)


def test_each_is_told_as_when_it_is_asked_for_alone(api: APIClient, three: list[ReferralPartnerClientLink]) -> None:
    alone = [api.get(f"/clients/{link.external_tenant_id}").json() for link in reversed(three)]

    assert api.get("/clients").json()["clients"] == alone


def test_page_and_summary_count_all_that_was_asked_for(api: APIClient, three: list[ReferralPartnerClientLink]) -> None:
    make_case(link=three[0])
    make_case(link=three[2])

    answer = api.get("/clients?pageSize=1").json()

    assert answer["page"] == {
        "totalResults": 3, "pageSize": 1, "currentPage": 1, "responseCount": 1, "totalPages": 3,
    }  # fmt: skip
    assert answer["summary"] == {
        "totalClients": 3, "attributedClients": 2, "onboardingComplete": 1, "onboardingPending": 2, "totalCases": 2,
    }  # fmt: skip


def test_cases_are_counted_and_earnings_summed(api: APIClient, three: list[ReferralPartnerClientLink]) -> None:
    closed: dict[str, Any] = {"lifecycle": Lifecycle.CLOSED, "close_code": CloseCode.PAID, "remainder": 0}
    make_case(link=three[0])
    make_case(link=three[0], **closed, earnings_usd=Decimal("12.34"))
    make_case(link=three[0], **closed, earnings_usd=Decimal("0.66"))

    stats = {each["externalTenantId"]: each["caseStats"] for each in api.get("/clients").json()["clients"]}

    assert stats["t-0"] == {"casesTotal": 3, "casesClosed": 2, "earningsUsd": 13.0}
    assert stats["t-1"] == {"casesTotal": 0, "casesClosed": 0, "earningsUsd": 0.0}


def test_only_the_partners_own_clients_of_now_are_listed(
    api: APIClient, rival_api: APIClient, three: list[ReferralPartnerClientLink]
) -> None:
    archived = ReferralPartnerClientLink.objects.filter(pk=three[2].pk)
    archived.update(archived_at=timezone.now() + timedelta(seconds=1))

    assert listed(api) == ["t-1", "t-0"]
    assert listed(rival_api) == []
    assert rival_api.get("/clients").json()["summary"]["totalClients"] == 0


def test_everything_that_is_wrong_is_told_at_once(api: APIClient) -> None:
    wrong = "pageSize=0&page=x&sort=id&onboardingDone=1&isAttributedClient=yes&dateCreatedFrom=soon&name=x"

    errors = api.get(f"/clients?{wrong}").json()["validationErrors"]

    assert set(errors) == {
        "pageSize", "page", "sort", "onboardingDone", "isAttributedClient", "dateCreatedFrom", "name",
    }  # fmt: skip


@pytest.mark.parametrize("number", [1, 50])
def test_a_list_costs_as_many_statements_however_long(api: APIClient, partner: ReferralPartner, number: int) -> None:
    collector = make_coverage().collection_partner
    for index in range(number):
        link = make_link(partner=partner, tenant_id=f"t-{index}")
        make_signature(link)
        make_case(link=link, collection_partner=collector)
    api.get("/coverage")

    with CaptureQueriesContext(connection) as asked:
        assert len(listed(api)) == number

    assert len(asked) == 8
