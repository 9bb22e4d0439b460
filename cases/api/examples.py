"""The examples of the API's description: one creditor and its claim, built by the functions that build the answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cases.api.case_items import CasesBody, case_detail, case_item, summary_body
from cases.api.coverage_body import (
    CountryOption,
    CoverageBody,
    FilterOptions,
    PartnerOption,
    coverage_item,
    preview_body,
)
from cases.api.find_cases import CaseCounts
from cases.api.list_schemas import CasesQuery
from cases.api.schemas import PreviewRequest
from cases.claim import DebtorType
from cases.jurisdictions import country_id
from cases.lifecycle import Lifecycle
from cases.models import Case, CollectionPartner, Coverage
from cases.pricing.preview_case import Preview
from cases.pricing.standard_fees import Price
from clients.countries import country_name
from clients.models import Client, ReferralPartnerClientLink, User
from clients.models.client import Role
from edge.errors import invalid
from edge.query import page_body
from edge.shapes import example, read

AT = datetime(2026, 11, 24, 14, 20, 5, 120_000, UTC)

CREDITOR = Client(
    id=UUID("0b8c2d5e-7a64-4e7b-9f51-3f3c5a3f6a77"),
    name="Nordlys Belysning A/S",
    registration_number="DK12345678",
    country="DK",
    address="Nørregade 1",
    zip_code="1165",
    city="København",
    support_email="office@nordlys.example",
    support_phone="+45 70 00 00 00",
)
JANE = User(id=17, client=CREDITOR, name="Jane Ann Doe", email="jane@nordlys.example", role=Role.CREDITOR_ADMIN)
vars(CREDITOR)["_prefetched_objects_cache"] = {"users": [JANE]}  # as prefetch_related leaves it
LINK = ReferralPartnerClientLink(
    id=UUID("5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"),
    client=CREDITOR,
    external_tenant_id="tenant-4711",
    is_attributed=True,
    fee_percentage=Decimal("12.5"),
    created_at=AT,
)
ELBE = CollectionPartner(
    id=UUID("8f0c5a1e-2b3d-4c6f-9e70-1a2b3c4d5e6f"),
    name="Elbe Forderungen GmbH",
    office_email="office@elbe.example",
    platform_share_percentage=Decimal(25),
)
GERMANY = Coverage(collection_partner=ELBE, country="DE", minimum_amount=Decimal(500), minimum_currency="EUR")


def example_case(lifecycle: Lifecycle, **facts: Any) -> Case:
    """The example's claim as a case at this stage of its lifecycle."""
    return Case(
        id=UUID("3f0d8a52-6c1e-4b7f-9a35-5d2c7e9b1f04"),
        link=LINK,
        client=CREDITOR,
        collection_partner=ELBE,
        reference="K7QX4RTM",
        creditor_reference="INV-1001",
        debtor_type=DebtorType.COMPANY,
        debtor_name="Leuchten Lehmann GmbH",
        debtor_country="DE",
        debtor_address="Hafenstraße 4",
        debtor_zip_code="20457",
        debtor_city="Hamburg",
        currency="EUR",
        amount=Decimal("1250.5"),
        remainder=Decimal("1250.5"),
        date=date(2026, 1, 15),
        due_date=date(2026, 2, 14),
        description="Lamps, delivered in January",
        success_fee_percentage=Decimal("9.5"),
        lifecycle=lifecycle,
        created_at=AT,
        updated_at=AT,
        **facts,
    )


ACTIVE = example_case(Lifecycle.ACTIVE, collection_started_at=datetime(2026, 11, 26, 9, tzinfo=UTC))
ONE = CaseCounts(total=1, this_month=1, active=1, pending=0, closed=0, paused=0)
CASES = CasesBody(page=page_body(CasesQuery(), total=1, here=1), cases=[case_item(ACTIVE)], summary=summary_body(ONE))
CASE = case_detail(ACTIVE, usd_per_unit=Decimal("1.085"))
COVERAGE = CoverageBody([coverage_item("DE", "", [GERMANY])])
OPTIONS = FilterOptions(
    countries=[CountryOption(id=country_id("DE"), name=country_name("DE"))],
    carveout_partners=[PartnerOption(id=ELBE.pk, name=ELBE.name)],
)
ASKED = example(PreviewRequest)
PREVIEW = preview_body(
    read(PreviewRequest, json.loads(json.dumps(ASKED), parse_float=Decimal), at=AT),
    Preview(is_covered=True, price=Price(base=Decimal("9.5"), uplift=Decimal(10))),
)
NO_STATE = invalid({"debtor.stateAlpha2": ["Is needed in the United States: CA, US-CA or California."]})
