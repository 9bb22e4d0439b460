"""What the standard agreement takes, against prices worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cases.jurisdictions import country_id, country_of
from cases.pricing.standard_fees import EUROPE, EUROPEAN_UNION, Age, age_uplift, standard_fee

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("amount", "europe", "elsewhere"),
    [
        ("0.01", "20", "30"),
        ("999.99", "20", "30"),
        ("1000", "9.5", "20"),
        ("1000.01", "9.5", "20"),
        ("7999.99", "9.5", "20"),
        ("8000", "9.5", "15"),
        ("8000.01", "9.5", "15"),
        ("74999.99", "9.5", "15"),
        ("75000", "9.5", "10"),
        ("149999.99", "9.5", "10"),
        ("150000", "6", "7.5"),
        ("150000.01", "6", "7.5"),
        ("99999999", "6", "7.5"),
    ],
)
def test_the_fee_by_amount_and_place(amount: str, europe: str, elsewhere: str) -> None:
    fees = {country: standard_fee(Decimal(amount), country) for country in ("DK", "NO", "CH", "GB", "US", "CA", "TR")}

    assert {fees[country] for country in ("DK", "NO", "CH", "GB")} == {Decimal(europe)}
    assert {fees[country] for country in ("US", "CA", "TR")} == {Decimal(elsewhere)}


def test_europe_is_the_union_and_five_more() -> None:
    assert (len(EUROPEAN_UNION), len(EUROPE)) == (27, 32)
    assert all(country_of(country_id(country)) == country for country in EUROPE)


@pytest.mark.parametrize(
    ("due", "points"),
    [
        ("2026-11-25", 0),
        ("2025-11-26", 0),
        ("2025-11-25", 10),
        ("2025-11-24", 10),
        ("2024-11-26", 10),
        ("2024-11-25", 10),
        ("2024-11-24", 20),
        ("1990-01-01", 20),
        ("2027-03-01", 0),
    ],
)
def test_the_uplift_by_due_date(due: str, points: int) -> None:
    assert age_uplift(Decimal(100), Age(date.fromisoformat(due)), on=TODAY) == points


@pytest.mark.parametrize(
    ("on", "points"), [("2025-02-27", 0), ("2025-02-28", 10), ("2026-02-28", 10), ("2026-03-01", 20)]
)
def test_a_claim_due_on_a_leap_day_is_older_on_the_last_of_february(on: str, points: int) -> None:
    assert age_uplift(Decimal(100), Age(date(2024, 2, 29)), on=date.fromisoformat(on)) == points


@pytest.mark.parametrize(
    ("total", "over_12", "over_24", "points"),
    [
        ("1000", "0", "0", "0"),
        ("1000", "1000", "0", "10"),
        ("1000", "1000", "1000", "20"),
        ("1000", "500", "0", "5"),
        ("1000", "500", "250", "7.5"),
        ("300", "100", "0", "3.33"),
        ("300", "200", "100", "10"),
        ("800", "1", "0", "0.01"),
        ("10000", "5", "0", "0.01"),
        ("10000", "4.99", "0", "0"),
    ],
)
def test_the_uplift_of_parts_by_age_is_blended(total: str, over_12: str, over_24: str, points: str) -> None:
    age = Age(date(1990, 1, 1), Decimal(over_12), Decimal(over_24))

    assert age_uplift(Decimal(total), age, on=TODAY) == Decimal(points)


def test_a_claim_of_unknown_age_is_priced_as_a_young_one() -> None:
    assert age_uplift(Decimal(100), Age(), on=TODAY) == 0


def test_a_claim_that_is_due_at_the_end_of_time_has_no_age() -> None:
    assert age_uplift(Decimal(100), Age(date(9999, 12, 31)), on=date(2026, 11, 24)) == 0
