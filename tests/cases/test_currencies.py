"""Which currencies something can be owed in, and what is said of those that were withdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import chain

import pytest
from babel.core import get_global

from cases.currencies import NO_MONEY, WITHDRAWN, currencies, decimals, why_not

# CLDR: of each country its currencies, each with first and last day, and whether it is money that people pay with.
USED = list(chain.from_iterable(get_global("territory_currencies").values()))
IN_USE = {currency for currency, _, last, is_tender in USED if last is None and is_tender}
ENDED = {currency for currency, _, last, is_tender in USED if last and date(*last) >= date(2001, 1, 1) and is_tender}


@pytest.mark.parametrize("currency", ["EUR", "XCG", "ZWG", "SLE", "VED", "VES", "BYN", "MRU", "STN", "SVC", "CUP"])
def test_what_is_used_today_is_taken(currency: str) -> None:
    assert why_not(currency) is None


def test_every_currency_that_cldr_calls_in_use_is_taken() -> None:
    assert {currency for currency in IN_USE if why_not(currency)} == set()


@pytest.mark.parametrize(
    ("currency", "told"),
    [
        ("BGN", "BGN is withdrawn since 1 January 2026; send EUR, at 1.95583 BGN for 1 EUR."),
        ("HRK", "HRK is withdrawn since 1 January 2023; send EUR, at 7.5345 HRK for 1 EUR."),
        ("ITL", "ITL is withdrawn since 1 January 2002; send EUR, at 1,936.27 ITL for 1 EUR."),
        ("ANG", "ANG is withdrawn since 1 July 2025; send XCG, at 1 ANG for 1 XCG."),
        ("SLL", "SLL is withdrawn since 2024; send SLE, at 1,000 SLL for 1 SLE."),
        ("ZWL", "ZWL is withdrawn since 1 September 2024; send ZWG, at 2,498.7242 ZWL for 1 ZWG."),
        ("CUC", "CUC is withdrawn since 2021; send CUP, at 1 CUC for 24 CUP."),
        ("VEF", "VEF is withdrawn since 2018; send VES."),
    ],
)
def test_a_withdrawn_currency_names_its_successor_and_the_rate(currency: str, told: str) -> None:
    assert why_not(currency) == told


@pytest.mark.parametrize(
    ("currency", "rate"),
    [
        *(("DEM", "1.95583"), ("FRF", "6.55957"), ("ESP", "166.386"), ("PTE", "200.482"), ("FIM", "5.94573")),
        *(("ATS", "13.7603"), ("BEF", "40.3399"), ("LUF", "40.3399"), ("NLG", "2.20371"), ("IEP", "0.787564")),
        *(("GRD", "340.75"), ("SIT", "239.64"), ("CYP", "0.585274"), ("MTL", "0.4293"), ("SKK", "30.126")),
        *(("EEK", "15.6466"), ("LVL", "0.702804"), ("LTL", "3.4528"), ("HRK", "7.5345"), ("BGN", "1.95583")),
    ],
)
def test_the_rate_to_the_euro_is_the_one_fixed_by_law(currency: str, rate: str) -> None:
    assert WITHDRAWN[currency][0] == "EUR"
    assert Decimal(WITHDRAWN[currency][2]) == Decimal(rate)


def test_every_currency_that_ended_in_25_years_is_named() -> None:
    assert ENDED - currencies() - WITHDRAWN.keys() == set()
    assert len(ENDED) >= 40


def test_a_successor_can_be_sent_and_what_is_withdrawn_cannot() -> None:
    assert {successor for successor, _, _ in WITHDRAWN.values()} <= currencies()
    assert WITHDRAWN.keys() & currencies() == set()


@pytest.mark.parametrize("currency", ["", "XXX", "ZZZ", "XAU", "EURO", "BTC", *sorted(NO_MONEY)])
def test_what_never_was_money_is_not_a_currency(currency: str) -> None:
    assert why_not(currency) == "Not a currency of ISO 4217, such as EUR."


@pytest.mark.parametrize(
    ("currency", "number"),
    [("EUR", 2), ("XCG", 2), ("JPY", 0), ("UGX", 0), ("IQD", 3), ("KWD", 3), ("CLF", 4), ("HUF", 2), ("ISK", 0)],
)
def test_decimals_are_those_of_iso(currency: str, number: int) -> None:
    assert decimals(currency) == number
