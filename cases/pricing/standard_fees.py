"""The fees of the standard agreement, by the debtor's country, the amount and the claim's age."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# The members of the European Union in 2026, and countries with the same fees.
EUROPEAN_UNION = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV"]
) | frozenset(["MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"])
EUROPE = EUROPEAN_UNION | frozenset(["CH", "GB", "IS", "LI", "NO"])

# The percentage below each amount in USD; the last has no upper bound.
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
    """How old a claim is: since when it is due, or how much of it is over 12 and over 24 months old."""

    due_date: date | None = None
    over_12_months: Decimal | None = None
    over_24_months: Decimal | None = None


@dataclass(frozen=True)
class Price:
    """The fee in percent of what is recovered, and the percentage points that the claim's age adds."""

    base: Decimal
    uplift: Decimal

    @property
    def total(self) -> Decimal:
        """The whole fee, in percent of what is recovered."""
        return self.base + self.uplift


def standard_price(amount: Decimal, country: str, age: Age, *, usd_per_unit: Decimal | None, on: date) -> Price | None:
    """The price for a debtor in this country; None where the currency has no rate."""
    if usd_per_unit is None:
        return None
    return Price(standard_fee(amount * usd_per_unit, country), age_uplift(amount, age, on=on))


def standard_fee(amount_usd: Decimal, country: str) -> Decimal:
    """The fee for a debtor in this country, in percent of what is recovered, without the uplift for age."""
    steps = IN_EUROPE if country in EUROPE else ELSEWHERE
    return next(percent for below, percent in steps if below is None or amount_usd < below)


def age_uplift(amount: Decimal, age: Age, *, on: date) -> Decimal:
    """
    The percentage points that a claim's age adds on this day, to two decimals.

    Parts by age are weighted by their amounts. A claim counts as over 12 months old from the very day on which it
    becomes 12 months old, and as over 24 months old from the day after it becomes that.
    """
    if age.over_12_months is not None and age.over_24_months is not None:
        points = (age.over_12_months - age.over_24_months) * OVER_12_MONTHS + age.over_24_months * OVER_24_MONTHS
        return (points / amount).quantize(CENT, ROUND_HALF_UP)
    # Compared first, since a year after the last possible date there is none.
    if age.due_date is None or on <= age.due_date or on < _months_after(age.due_date, 12):
        return Decimal(0)
    return OVER_24_MONTHS if on > _months_after(age.due_date, 24) else OVER_12_MONTHS


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month if there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
