"""Collection partners, their coverage, and rates in the admin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from cases.models import CollectionPartner, Coverage, ExchangeRate
from tests.cases.admin.conftest import COVERAGE
from tests.make import (
    make_collection_partner,
    make_coverage,
)
from tests.staff.conftest import errors


def covering(partner: CollectionPartner, **changes: Any) -> dict[str, Any]:
    form = {"collection_partner": partner.pk, "country": "DK", "state": "", "debtor_type": "", "minimum_amount": ""}
    return {**form, "minimum_currency": "", "position": 0, "is_active": "on", "why": "They begin there", **changes}


def test_a_collection_partner_is_added_and_switched_off_for_a_reason(olga: Browser) -> None:
    form = {"name": "Inkasso Nord", "is_active": "on", "platform_share_percentage": "25", "why": "Contract signed"}
    added = olga.post("/admin/cases/collectionpartner/add/", {**form, **NO_INLINE})
    partner = CollectionPartner.objects.get()

    off = {**form, "is_active": "", "why": "Contract ended"}
    olga.post(f"/admin/cases/collectionpartner/{partner.pk}/change/", {**off, **NO_INLINE})

    partner.refresh_from_db()
    history = olga.get(f"/admin/cases/collectionpartner/{partner.pk}/history/").context["history"]
    assert added.status_code == 302
    assert not partner.is_active
    assert [happened.why for happened in history] == ["Contract ended", "Contract signed"]


NO_INLINE = {"coverage-TOTAL_FORMS": "0", "coverage-INITIAL_FORMS": "0"}


def test_a_coverage_is_added_and_routes_from_then_on(olga: Browser) -> None:
    partner = make_collection_partner()

    olga.post(
        f"{COVERAGE}add/",
        covering(partner, country="US", state="california", minimum_amount="500", minimum_currency="eur"),
    )

    coverage = Coverage.objects.get()
    assert (coverage.state, coverage.minimum_amount, coverage.minimum_currency) == ("CA", Decimal(500), "EUR")


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"position": 0}, "position", "stands there. The first free place at the end is 1."),
        ({"state": "CA", "position": 1}, "state", "Only the United States are covered by state."),
        ({"country": "US", "state": "Ontario"}, "state", "Not a US state"),
        ({"country": "US", "state": "PR"}, "state", "Choose Puerto Rico as the country."),
        ({"country": "US", "state": "AE"}, "state", "Nobody collects at addresses of the armed forces."),
        ({"position": 1, "minimum_amount": "5"}, "minimum_currency", "give both, or neither"),
        ({"position": 1, "minimum_currency": "EUR"}, "minimum_currency", "give both, or neither"),
        ({"position": 1, "minimum_amount": "0", "minimum_currency": "EUR"}, "minimum_amount", "Must be more than 0"),
        (
            {"position": 1, "minimum_amount": "5", "minimum_currency": "DEM"},
            "minimum_currency",
            "send EUR, at 1.95583 DEM",
        ),
        ({"position": 1, "why": ""}, "why", "Please say why"),
    ],
)
def test_a_coverage_that_cannot_be_is_told_in_words(
    olga: Browser, changes: dict[str, Any], field: str, told: str
) -> None:
    partner = make_coverage(country="DK").collection_partner

    answer = olga.post(f"{COVERAGE}add/", covering(partner, **changes))

    assert told in errors(answer)[field][0]
    assert Coverage.objects.count() == 1


@pytest.mark.parametrize(
    ("search", "found"), [("Holland", 1), ("nl", 1), ("The Netherlands", 1), ("Denmark", 0), ("inkasso holland", 0)]
)
def test_a_coverage_is_found_by_its_country(olga: Browser, search: str, found: int) -> None:
    make_coverage(make_collection_partner(name="Delft & Co"), country="NL")

    answer = olga.get(COVERAGE, {"q": search})

    assert answer.context["cl"].result_count == found


def test_a_rate_is_added_and_usd_is_none(olga: Browser) -> None:
    form = {"date": "2026-11-02", "usd_per_unit": "1.085", "why": "Of the central bank"}

    refused = olga.post("/admin/cases/exchangerate/add/", {**form, "currency": "usd"})
    olga.post("/admin/cases/exchangerate/add/", {**form, "currency": "eur"})

    assert "USD is what the others are compared by." in errors(refused)["currency"]
    assert ExchangeRate.objects.get().currency == "EUR"


def test_what_is_pasted_with_a_mark_that_nobody_sees_is_read_as_partners_calls_are(olga: Browser) -> None:
    partner = make_collection_partner()
    pasted = covering(partner, country="US", state="\ufeffCA", minimum_amount="500", minimum_currency="eur\u200b")

    olga.post(f"{COVERAGE}add/", pasted)

    coverage = Coverage.objects.get()
    assert (coverage.state, coverage.minimum_currency) == ("CA", "EUR")
