"""Operations at the admin, in a real browser: who collects from this debtor, and a case that is closed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Browser

from cases.lifecycle import Lifecycle
from cases.models import Case
from tests.journeys.conftest import WIDE, visiting
from tests.journeys.ways import sign_in
from tests.make import make_case, make_client, make_collection_partner, make_coverage, make_link, make_rate


@pytest.mark.slow
def test_operations_test_a_route_and_close_a_case(chromium: Browser, site: str) -> None:
    make_rate("EUR", "1.08")
    make_coverage(make_collection_partner(name="Nordisk Inkasso A/S"), minimum_amount=5000, minimum_currency="USD")
    collector = make_coverage(make_collection_partner(name="Øresund Inkasso ApS")).collection_partner
    link = make_link(client=make_client(name="Acme Holding A/S"))
    facts = {"creditor_reference": "INV-1001", "lifecycle": Lifecycle.ACTIVE, "amount": Decimal("1250.50")}
    case = make_case(link=link, collection_partner=collector, **facts)

    with visiting(chromium, WIDE) as visitor:
        page = visitor.page
        sign_in(visitor, site, "Operations")
        page.goto(f"{site}/admin/cases/coverage/")
        visitor.follow("Who collects from this debtor?")
        page.get_by_label("Country").select_option("DK")
        page.get_by_label("Amount").fill("1000")
        visitor.press("Ask")
        assert page.get_by_text("Øresund Inkasso ApS collects it.").is_visible()
        visitor.look("admin-route-tester")
        page.goto(f"{site}/admin/cases/case/?q=inv-1001")
        visitor.follow(case.reference)
        visitor.follow("Move to Closed")
        visitor.press("Move to Closed")
        visitor.look("admin-case-closing-wrong")
        page.get_by_label("Close code").select_option("Paid")
        page.get_by_label("Why").fill("The debtor has paid")
        visitor.press("Move to Closed")
        assert page.get_by_text(f"Case {case.reference} stands at Closed now.").is_visible()

    assert (Case.objects.get().close_code, Case.objects.get().remainder) == ("Paid", Decimal(0))
