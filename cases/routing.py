"""Which collection partner gets a claim: the first that covers it, in the order of support (product-rules 7.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from uuid import UUID

from cases.claim import Claim, DebtorType
from cases.jurisdictions import OF_THE_FORCES
from cases.models import Coverage, ExchangeRate
from cases.models.collection_partner import USD
from edge.rows import Statement

# More than any amount times any rate has, so that nothing is rounded where PostgreSQL rounds nothing either.
DIGITS = 60


@dataclass(frozen=True)
class Wanted:
    """What is to be collected, as far as it decides by whom; a collection partner that is named is asked alone."""

    country: str
    state_code: str
    debtor_type: DebtorType
    amount: Decimal
    currency: str
    collection_partner_id: UUID | None = None

    @classmethod
    def of(cls, claim: Claim) -> Wanted:
        """What decides about this claim."""
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
    """Who gets a claim, if anybody, and what a unit of its currency is worth in USD, if that is known."""

    collection_partner_id: UUID | None
    usd_per_unit: Decimal | None


@dataclass(frozen=True)
class Considered:
    """A coverage of the debtor's country, and why it does not take the claim; without a reason it does."""

    coverage: Coverage
    against: tuple[str, ...]

    @property
    def applies(self) -> bool:
        """Whether it takes the claim; the first that does gets it."""
        return not self.against


# All claims of a call in one statement: the ORM can neither join the values that are sent nor number them.
ROUTE = Statement(
    Routed,
    """
WITH rate AS (
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
SELECT found.collection_partner_id, of_claim.usd_per_unit
  FROM unnest(%(countries)s::text[], %(state_codes)s::text[], %(debtor_types)s::text[], %(amounts)s::numeric[],
              %(currencies)s::text[], %(named)s::uuid[])
       WITH ORDINALITY AS wanted (country, state_code, debtor_type, amount, currency, named, place)
  LEFT JOIN rate AS of_claim ON of_claim.currency = wanted.currency
  LEFT JOIN LATERAL (
       SELECT coverage.collection_partner_id
         FROM cases_coverage AS coverage
         JOIN cases_collectionpartner AS partner ON partner.id = coverage.collection_partner_id
         LEFT JOIN rate AS of_minimum ON of_minimum.currency = coverage.minimum_currency
        WHERE coverage.country = wanted.country AND coverage.is_active AND partner.is_active
          AND wanted.state_code <> ALL (%(nobodys)s::text[])
          AND coverage.state IN ('', wanted.state_code)
          AND coverage.debtor_type IN ('', wanted.debtor_type)
          AND (wanted.named IS NULL OR partner.id = wanted.named)
          -- Without a rate the comparison is unknown, which is no.
          AND CASE
              WHEN coverage.minimum_amount IS NULL THEN true
              WHEN coverage.minimum_currency = wanted.currency THEN wanted.amount >= coverage.minimum_amount
              ELSE wanted.amount * of_claim.usd_per_unit >= coverage.minimum_amount * of_minimum.usd_per_unit
              END
        ORDER BY coverage.position LIMIT 1
  ) AS found ON true
 ORDER BY wanted.place
    """,
)


def route(wanted: Sequence[Wanted], *, at: datetime) -> list[UUID | None]:
    """The collection partner of each of these, in their order; None where nobody covers it. One statement."""
    return [routed.collection_partner_id for routed in route_with_rates(wanted, at=at)]


def route_with_rates(wanted: Sequence[Wanted], *, at: datetime) -> list[Routed]:
    """The same, with the rates, which are there anyway."""
    facts = {
        "countries": [each.country for each in wanted],
        "state_codes": [each.state_code for each in wanted],
        "debtor_types": [each.debtor_type.value for each in wanted],
        "amounts": [each.amount for each in wanted],
        "currencies": [each.currency for each in wanted],
        "named": [each.collection_partner_id for each in wanted],
        "nobodys": [*OF_THE_FORCES],
        "today": at.date(),
    }
    return ROUTE.ask(facts)


def explain_route(wanted: Wanted, *, at: datetime) -> list[Considered]:
    """Every coverage of the debtor's country in the order of asking, with what speaks against it; for staff."""
    coverage = list(Coverage.objects.filter(country=wanted.country).select_related("collection_partner"))
    currencies = {wanted.currency, *(each.minimum_currency for each in coverage)}
    rates = ExchangeRate.objects.newest(currencies, on=at.date())
    return [Considered(each, tuple(_against(each, wanted, rates))) for each in coverage]


def _against(coverage: Coverage, wanted: Wanted, rates: Mapping[str, ExchangeRate]) -> Iterator[str]:
    if not coverage.collection_partner.is_active:
        yield "partner is inactive"
    if not coverage.is_active:
        yield "coverage is inactive"
    if wanted.state_code in OF_THE_FORCES:
        yield "nobody collects at addresses of the armed forces"
    if coverage.state not in ("", wanted.state_code):
        yield f"covers {coverage.state} only"
    if coverage.debtor_type not in ("", wanted.debtor_type):
        yield f"covers {coverage.debtor_type} only"
    if wanted.collection_partner_id not in (None, coverage.collection_partner_id):
        yield "another collection partner was asked for"
    yield from _below_minimum(coverage, wanted, rates)


def _below_minimum(coverage: Coverage, wanted: Wanted, rates: Mapping[str, ExchangeRate]) -> Iterator[str]:
    if coverage.minimum_amount is None:
        return
    minimum = _money(coverage.minimum_amount, coverage.minimum_currency)
    if coverage.minimum_currency == wanted.currency:
        if wanted.amount < coverage.minimum_amount:
            yield f"minimum {minimum}"
        return
    compared = [currency for currency in (coverage.minimum_currency, wanted.currency) if currency != USD]
    missing = [currency for currency in compared if currency not in rates]
    if missing:
        yield f"minimum {minimum}, and there is no rate for {' and '.join(missing)}"
        return
    with localcontext(prec=DIGITS):
        of_minimum, of_claim = (_usd_per(currency, rates) for currency in (coverage.minimum_currency, wanted.currency))
        if wanted.amount * of_claim < coverage.minimum_amount * of_minimum:
            same = _money(coverage.minimum_amount * of_minimum / of_claim, wanted.currency)
            days = " and ".join(f"{currency} of {rates[currency].date}" for currency in compared)
            yield f"minimum {minimum} is {same} at the rate of {days}"


def _usd_per(currency: str, rates: Mapping[str, ExchangeRate]) -> Decimal:
    return Decimal(1) if currency == USD else rates[currency].usd_per_unit


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"
