"""Which collection partner gets a claim: the first that covers it, by `Coverage.position` (product-rules 7.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from psycopg.sql import SQL

from cases.claim import Claim, DebtorType
from cases.jurisdictions import OF_THE_FORCES
from cases.models import CollectionPartner, Coverage, ExchangeRate
from cases.models.collection_partner import USD
from edge.rows import Columns, Statement, Together

# More digits than any amount times any rate has, so that only the formatting rounds.
DIGITS = 60
NOBODY = "No collection partner covers this debtor and amount."


@dataclass(frozen=True)
class Wanted:
    """What decides who collects a claim. If it names a collection partner, no other is considered."""

    country: str
    state_code: str
    debtor_type: DebtorType
    amount: Decimal
    currency: str
    collection_partner_id: UUID | None = None

    @classmethod
    def of(cls, claim: Claim) -> Wanted:
        """Take it from a claim."""
        debtor = claim.debtor
        return cls(
            country=debtor.country,
            state_code=debtor.state_code,
            debtor_type=debtor.type,
            amount=claim.amount,
            currency=claim.currency,
            collection_partner_id=claim.collection_partner_id,
        )


@dataclass(frozen=True)
class Routed:
    """Who gets a claim, if anybody, and what a unit of its currency is worth in USD, if it has a rate."""

    collection_partner_id: UUID | None
    usd_per_unit: Decimal | None


@dataclass(frozen=True)
class Considered:
    """A coverage of the debtor's country, and what speaks against it; if nothing does, it takes the claim."""

    coverage: Coverage
    against: tuple[str, ...]

    @property
    def applies(self) -> bool:
        """Whether it would take the claim; the first that would gets it."""
        return not self.against


class Conditions[T](NamedTuple):
    """One value for each condition that a coverage of the debtor's country must meet to take a claim."""

    partner_is_active: T
    coverage_is_active: T
    somebody_collects_there: T
    state: T
    debtor_type: T
    collection_partner: T
    minimum: T


# Only in SQL, since all claims of a call are routed in one statement.
CONDITIONS = Conditions(
    partner_is_active="partner.is_active",
    coverage_is_active="coverage.is_active",
    somebody_collects_there="wanted.state_code <> ALL (%(nobodys)s::text[])",
    state="coverage.state IN ('', wanted.state_code)",
    debtor_type="coverage.debtor_type IN ('', wanted.debtor_type)",
    collection_partner="(wanted.named IS NULL OR partner.id = wanted.named)",
    # Without a rate the comparison is null, which counts as not met.
    minimum="""CASE
        WHEN coverage.minimum_amount IS NULL THEN true
        WHEN coverage.minimum_currency = wanted.currency THEN wanted.amount >= coverage.minimum_amount
        ELSE wanted.amount * of_claim.usd_per_unit >= coverage.minimum_amount * of_minimum.usd_per_unit
        END""",
)


def in_force() -> QuerySet[Coverage]:
    """Coverage that can take claims at all: the first two conditions, for lists of coverage."""
    return Coverage.objects.filter(is_active=True, collection_partner__is_active=True)


RATES = SQL("""
    rate AS (
        SELECT 'USD' AS currency, 1::numeric AS usd_per_unit
        UNION ALL
        SELECT needed.currency, newest.usd_per_unit
          FROM (SELECT unnest(%(currencies)s::text[]) AS currency
                UNION SELECT minimum_currency FROM cases_coverage WHERE country = ANY(%(countries)s::text[])) AS needed
         CROSS JOIN LATERAL (
               SELECT usd_per_unit FROM cases_exchangerate
                WHERE currency = needed.currency AND date <= %(today)s ORDER BY date DESC LIMIT 1
          ) AS newest
    )
""")
WANTED = SQL("""
    unnest(%(countries)s::text[], %(state_codes)s::text[], %(debtor_types)s::text[], %(amounts)s::numeric[],
           %(currencies)s::text[], %(named)s::uuid[])
    WITH ORDINALITY AS wanted (country, state_code, debtor_type, amount, currency, named, place)
    LEFT JOIN rate AS of_claim ON of_claim.currency = wanted.currency
""")
COVERAGE = SQL("""
    cases_coverage AS coverage
    JOIN cases_collectionpartner AS partner ON partner.id = coverage.collection_partner_id
    LEFT JOIN rate AS of_minimum ON of_minimum.currency = coverage.minimum_currency
""")
# All claims of a call in one statement: the ORM can neither join values from the call nor number them.
ROUTE = Statement(
    Routed,
    """
    WITH {rates}
    SELECT found.collection_partner_id, of_claim.usd_per_unit
      FROM {wanted}
      LEFT JOIN LATERAL (
           SELECT coverage.collection_partner_id
             FROM {coverage}
            WHERE coverage.country = wanted.country AND {conditions}
            ORDER BY coverage.position LIMIT 1
      ) AS found ON true
     ORDER BY wanted.place
    """,
    rates=RATES,
    wanted=WANTED,
    coverage=COVERAGE,
    conditions=SQL(" AND ").join(map(SQL, CONDITIONS)),
)


class ConsideredRow(NamedTuple):
    """A coverage, its collection partner, and which conditions are met."""

    coverage: Coverage
    partner: CollectionPartner
    met: Conditions[bool]


# The same conditions, for every coverage of the country and not only the first that meets them.
EXPLAIN = Statement(
    ConsideredRow,
    """
    WITH {rates}
    SELECT {coverage}, {partner}, {met}
      FROM {wanted} JOIN ({from_coverage}) ON coverage.country = wanted.country
     ORDER BY coverage.position
    """,
    rates=RATES,
    wanted=WANTED,
    from_coverage=COVERAGE,
    coverage=Columns(Coverage, "coverage"),
    partner=Columns(CollectionPartner, "partner"),
    met=Together[Conditions[bool]](Conditions, ", ".join(f"coalesce({condition}, false)" for condition in CONDITIONS)),
)


def route_with_rates(wanted: Sequence[Wanted], *, at: datetime) -> list[Routed]:
    """Route, and return the rates as well, which the statement has read anyway."""
    return ROUTE.ask(_parameters(wanted, at))


def _parameters(wanted: Sequence[Wanted], at: datetime) -> dict[str, Any]:
    return {
        "countries": [each.country for each in wanted],
        "state_codes": [each.state_code for each in wanted],
        "debtor_types": [each.debtor_type.value for each in wanted],
        "amounts": [each.amount for each in wanted],
        "currencies": [each.currency for each in wanted],
        "named": [each.collection_partner_id for each in wanted],
        "nobodys": [*OF_THE_FORCES],
        "today": at.date(),
    }


def explain_route(wanted: Wanted, *, at: datetime) -> list[Considered]:
    """Every coverage of the debtor's country, by position, with what speaks against it; for staff."""
    rows = EXPLAIN.ask(_parameters([wanted], at))
    currencies = {wanted.currency, *(row.coverage.minimum_currency for row in rows)}
    rates = ExchangeRate.objects.newest(currencies, on=at.date())
    return [_considered(row, wanted, rates) for row in rows]


def _considered(row: ConsideredRow, wanted: Wanted, rates: Mapping[str, ExchangeRate]) -> Considered:
    row.coverage.collection_partner = row.partner
    against = Conditions(
        partner_is_active="partner is inactive",
        coverage_is_active="coverage is inactive",
        somebody_collects_there="nobody collects at addresses of the armed forces",
        state=f"covers {row.coverage.state} only",
        debtor_type=f"covers {row.coverage.debtor_type} only",
        collection_partner="another collection partner was asked for",
        minimum="" if row.met.minimum else _below_minimum(row.coverage, wanted, rates),
    )
    return Considered(row.coverage, tuple(each for each, met in zip(against, row.met, strict=True) if not met))


def _below_minimum(coverage: Coverage, wanted: Wanted, rates: Mapping[str, ExchangeRate]) -> str:
    said = f"minimum {coverage.minimum}"
    if coverage.minimum_currency == wanted.currency:
        return said
    compared = [currency for currency in (coverage.minimum_currency, wanted.currency) if currency != USD]
    missing = [currency for currency in compared if currency not in rates]
    if missing:
        return f"{said}, and there is no rate for {' and '.join(missing)}"
    with localcontext(prec=DIGITS):
        of_minimum, of_claim = (_usd_per(currency, rates) for currency in (coverage.minimum_currency, wanted.currency))
        same = f"{(coverage.minimum_amount or 0) * of_minimum / of_claim:,.2f} {wanted.currency}"
    days = " and ".join(f"{currency} of {rates[currency].date}" for currency in compared)
    return f"{said} is {same} at the rate of {days}"


def _usd_per(currency: str, rates: Mapping[str, ExchangeRate]) -> Decimal:
    return Decimal(1) if currency == USD else rates[currency].usd_per_unit
