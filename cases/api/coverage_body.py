"""Where claims are collected, by whom and on what conditions; what cases can be filtered by; and previews."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from pydantic import Field, RootModel

from cases.api.case_body import Number
from cases.api.schemas import PreviewRequest
from cases.api.words import PendingActionType
from cases.claim import DebtorType
from cases.jurisdictions import country_id, jurisdiction_id, jurisdiction_name
from cases.models import Case, CollectionPartner, Coverage
from cases.pricing.preview_case import Preview
from cases.routing import NOBODY, in_force
from clients.countries import country_name
from edge.shapes import Answer, left_out
from partners.models import ReferralPartner

KINDS = {DebtorType.COMPANY.value: "B2B cases only", DebtorType.PRIVATE.value: "B2C cases only"}


class PartnerCoverage(Answer):
    """A collection partner in a jurisdiction."""

    partner_id: UUID
    partner_name: str
    conditions: str = Field(description="Such as: All cases; B2B cases only; Amount ≥ 1,000 EUR.")


class CoverageItem(Answer):
    """A jurisdiction: a country, or a US state that is covered on its own."""

    jurisdiction_id: int = Field(description="The country's number, or one of a US state's own.")
    jurisdiction: str
    country: str
    country_id: int = Field(description="ISO 3166-1 numeric, 983 for Kosovo; for CountryIds of GET /cases.")
    country_alpha2: str
    us_state_alpha2: str | None
    partners: list[PartnerCoverage] = Field(description="In the order in which they are asked.")


class CoverageBody(RootModel[list[CoverageItem]]):
    """All jurisdictions, by name."""


class CountryOption(Answer):
    """A country to filter by."""

    id: int
    name: str


class PartnerOption(Answer):
    """A collection partner to filter by."""

    id: UUID
    name: str


class FilterOptions(Answer):
    """What your cases can be filtered by."""

    countries: list[CountryOption]
    carveout_partners: list[PartnerOption] = Field(description="The collection partners of your cases.")


class Jurisdiction(Answer):
    """Where the debtor is."""

    id: int
    name: str
    country_alpha2: str
    state_alpha2: str | None


class PricingPreview(Answer):
    """Percent of what is recovered."""

    base_success_fee_percentage: Number
    age_surcharge_percentage: Number = Field(description="Points: 10 from 12 months on, 20 over 24, parts blended.")
    total_success_fee_percentage: Number
    currency_code: str
    pricing_source: str
    pricing_source_description: str


class PendingAction(Answer):
    """A thing that the client has to do before its case goes on; there are none yet."""

    type: PendingActionType
    collection_partner_id: UUID | None
    due_date: datetime.datetime | None


class PreviewBody(Answer):
    """What a case would cost, and whether anybody would collect it."""

    is_eligible: bool
    ineligibility_reason: str | None
    jurisdiction: Jurisdiction
    pricing_preview: PricingPreview | None = left_out("Left out while the currency has no rate.")
    requires_kyc_verification: bool
    pending_actions: list[PendingAction]
    combined_signing_url: str | None


def coverage_items() -> list[CoverageItem]:
    """All jurisdictions with active coverage, by name; one query. Coverage of a country includes its states."""
    rows = list(in_force().select_related("collection_partner").order_by("country", "position"))
    places = {(each.country, each.state) for each in rows}
    items = [
        coverage_item(country, state, [each for each in rows if each.country == country and each.state in ("", state)])
        for country, state in places
    ]
    return sorted(items, key=lambda item: item.jurisdiction)


def coverage_item(country: str, state: str, coverage: list[Coverage]) -> CoverageItem:
    """Build a jurisdiction with its coverage, in the order given; no query if the collection partners are loaded."""
    return CoverageItem(
        jurisdiction_id=jurisdiction_id(country, state),
        jurisdiction=jurisdiction_name(country, state),
        country=country_name(country),
        country_id=country_id(country),
        country_alpha2=country,
        us_state_alpha2=state or None,
        partners=[
            PartnerCoverage(
                partner_id=each.collection_partner_id,
                partner_name=each.collection_partner.name,
                conditions=_conditions(each),
            )
            for each in coverage
        ],
    )


def _conditions(coverage: Coverage) -> str:
    conditions = [KINDS[coverage.debtor_type]] if coverage.debtor_type else []
    if coverage.minimum_amount is not None:
        conditions.append(f"Amount ≥ {_amount(coverage.minimum_amount)} {coverage.minimum_currency}")
    return ", ".join(conditions) or "All cases"


def _amount(amount: Decimal) -> str:
    """The amount as people write it, without trailing zeros."""
    return f"{amount:,.4f}".rstrip("0").rstrip(".")


def filter_options(partner: ReferralPartner) -> FilterOptions:
    """The countries and collection partners that occur in the partner's cases; two queries."""
    cases = Case.objects.filter(partner=partner).order_by()
    codes = cases.values_list("debtor_country", flat=True).distinct()
    countries = [CountryOption(id=country_id(code), name=country_name(code)) for code in codes]
    return FilterOptions(
        countries=sorted(countries, key=lambda country: country.name),
        carveout_partners=_partner_options(CollectionPartner.objects.filter(pk__in=cases.values("collection_partner"))),
    )


def _partner_options(partners: Iterable[CollectionPartner]) -> list[PartnerOption]:
    return sorted((PartnerOption(id=each.pk, name=each.name) for each in partners), key=lambda option: option.name)


def preview_body(wanted: PreviewRequest, preview: Preview) -> PreviewBody:
    """Build the answer to a preview."""
    place = wanted.debtor.place
    return PreviewBody(
        is_eligible=preview.is_covered,
        ineligibility_reason=None if preview.is_covered else NOBODY,
        jurisdiction=Jurisdiction(
            id=jurisdiction_id(place.country, place.state),
            name=jurisdiction_name(place.country, place.state),
            country_alpha2=place.country,
            state_alpha2=place.state or None,
        ),
        pricing_preview=_pricing(wanted, preview),
        requires_kyc_verification=False,
        pending_actions=[],
        combined_signing_url=None,
    )


def _pricing(wanted: PreviewRequest, preview: Preview) -> PricingPreview | None:
    price = preview.price
    if price is None:
        return None
    return PricingPreview(
        base_success_fee_percentage=price.base,
        age_surcharge_percentage=price.uplift,
        total_success_fee_percentage=price.total,
        currency_code=wanted.currency_code,
        pricing_source="Standard agreement",
        pricing_source_description="By the debtor's place, the amount in USD at the newest rate, and the claim's age.",
    )
