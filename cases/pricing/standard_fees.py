"""What the standard agreement takes of what is recovered: by the debtor's place, the amount and the claim's age."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# The members of the European Union in 2026, and who is priced as they are.
EUROPEAN_UNION = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV"]
) | frozenset(["MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"])
EUROPE = EUROPEAN_UNION | frozenset(["CH", "GB", "IS", "LI", "NO"])

# Percent below each amount in USD; the last one without an end.
IN_EUROPE = [(Decimal(1_000), Decimal(20)), (Decimal(150_000), Decimal("9.5")), (None, Decimal(6))]
ELSEWHERE = [
    (Decimal(1_000), Decimal(30)),
    (Decimal(8_000), Decimal(20)),
    (Decimal(75_000), Decimal(15)),
    (Decimal(150_000), Decimal(10)),
    (None, Decimal("7.5")),
]
OVER_12_MONTHS, OVER_24_MONTHS = Decimal(10), Decimal(20)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Age:
    """How old a claim is: since when it is due, or which parts of it are over 12 and over 24 months old."""

    due_date: date | None = None
    over_12_months: Decimal | None = None
    over_24_months: Decimal | None = None


@dataclass(frozen=True)
class Price:
    """Percent of what is recovered, and the points that the claim's age adds."""

    base: Decimal
    uplift: Decimal

    @property
    def total(self) -> Decimal:
        """Percent of what is recovered, all in all."""
        return self.base + self.uplift


def standard_price(amount: Decimal, country: str, age: Age, *, usd_per_unit: Decimal | None, on: date) -> Price | None:
    """By the standard agreement, for a debtor in this country; None where the currency has no rate."""
    if usd_per_unit is None:
        return None
    return Price(standard_fee(amount * usd_per_unit, country), age_uplift(amount, age, on=on))


def standard_fee(amount_usd: Decimal, country: str) -> Decimal:
    """Percent of what is recovered from a debtor in this country, for a claim that is younger than 12 months."""
    steps = IN_EUROPE if country in EUROPE else ELSEWHERE
    return next(percent for below, percent in steps if below is None or amount_usd < below)


def age_uplift(amount: Decimal, age: Age, *, on: date) -> Decimal:
    """
    Percentage points that the age of a claim adds on this day, to two decimals.

    Of parts by age each counts with its weight. On the day on which a claim becomes 12 months old it counts as that
    old; on the one on which it becomes 24 months old it is not older yet.
    """
    if age.over_12_months is not None and age.over_24_months is not None:
        points = (age.over_12_months - age.over_24_months) * OVER_12_MONTHS + age.over_24_months * OVER_24_MONTHS
        return (points / amount).quantize(CENT, ROUND_HALF_UP)
    # Asked first: a year after the last day that there is, there is none.
    if age.due_date is None or on <= age.due_date or on < _months_after(age.due_date, 12):
        return Decimal(0)
    return OVER_24_MONTHS if on > _months_after(age.due_date, 24) else OVER_12_MONTHS


def _months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of its month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
