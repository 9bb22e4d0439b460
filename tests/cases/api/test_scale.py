"""Lists over 200,000 cases of 5,000 clients: as many statements as ever, and no walk through other partners' rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.api.find_cases import find_cases
from cases.api.list_schemas import CasesQuery
from edge.query import read_query
from onboarding.api.lists import ClientsQuery, find_clients
from partners.models import ReferralPartner
from tests.crowd import make_cases, make_crowd
from tests.make import make_collection_partner, make_partner

pytestmark = pytest.mark.slow

CASES, CLIENTS = 200_000, 5_000
# Of each list: first page, deep page, filters, searches, other orders.
OF_CASES = [
    "", "Page=500", "Statuses=Paused", "CountryIds=208&Statuses=Active", "FromDate=2026-02-01&ToDate=2026-02-05",
    "Query=nord", "Query=INV-777", "Query=i" + "+i" * 99, "Query=a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p",
    "Sort=GrossAmount:desc&Page=500", "Sort=DueDate", "Sort=DateCreated:asc&Page=500",
]  # fmt: skip
OF_CLIENTS = ["", "Page=4", "Query=company+12", "OnboardingDone=true", "OnboardingDone=false", "Sort=name:desc"]
LARGE = "cases_case|clients_client|clients_referralpartnerclientlink|clients_signature|clients_user"
WALK = re.compile(rf"Seq Scan on ({LARGE})\b")


def find_them(find: Callable[..., object], shape: Any, partner: ReferralPartner, query: str) -> None:
    find(partner=partner, wanted=read_query(shape, query), at=timezone.now())


def test_no_list_walks_through_other_partners_rows(db: None, agreement: object) -> None:
    partners = [make_partner() for _ in range(20)]
    make_crowd(CLIENTS, partners=[each.pk for each in partners])
    make_cases(CASES, collector=make_collection_partner().pk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    asked = {
        (shape.__name__, query): _statements(find, shape, partners[0], query)
        for find, shape, queries in ((find_cases, CasesQuery, OF_CASES), (find_clients, ClientsQuery, OF_CLIENTS))
        for query in queries
    }

    plans = [(what, _plan(statement)) for what, statements in asked.items() for statement in statements]
    walks = {(*what, table) for what, plan in plans for table in WALK.findall(plan)}
    assert walks == set()
    assert max(len(statements) for (shape, _), statements in asked.items() if shape == "CasesQuery") == 4
    assert max(len(statements) for (shape, _), statements in asked.items() if shape == "ClientsQuery") == 7


def _statements(find: Callable[..., object], shape: Any, partner: ReferralPartner, query: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        find_them(find, shape, partner, query)
    return [each["sql"] for each in captured]


def _plan(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
