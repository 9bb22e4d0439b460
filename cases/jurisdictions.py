"""Where a debtor is: countries and US states by ISO 3166, with the numbers that they have on the wire."""

from __future__ import annotations

from functools import cache

import pycountry

from clients.countries import country_name

US = "US"
STATES = ("State", "District")  # territories have country codes of their own


@cache
def us_states() -> dict[str, str]:
    """Name of each state, and of the District of Columbia, by its two letters."""
    of_us = [each for each in pycountry.subdivisions if each.country_code == US]
    return {each.code.removeprefix("US-"): each.name for each in of_us if each.type in STATES}


@cache
def _codes() -> dict[str, str]:
    codes = {code.casefold(): code for code in us_states()}
    return codes | {name.casefold(): code for code, name in us_states().items()}


def state_code(given: str) -> str | None:
    """Two letters of a US state given as `CA`, `US-CA` or `California`, in any letter case; None if there is none."""
    return _codes().get(" ".join(given.split()).casefold().removeprefix("us-"))


def jurisdiction_name(country: str, state: str = "") -> str:
    """`Denmark`, or `United States - California`."""
    return f"{country_name(country)} - {us_states()[state]}" if state else country_name(country)


@cache
def _ids() -> dict[str, int]:
    return {country.alpha_2: int(country.numeric) for country in pycountry.countries}


def country_id(country: str) -> int:
    """The number of a country in ISO 3166-1: 208 for Denmark."""
    return _ids()[country]


def country_of(number: int) -> str | None:
    """The country that has this number, by its alpha-2 code."""
    return next((country for country, known in _ids().items() if known == number), None)


def jurisdiction_id(country: str, state: str = "") -> int:
    """The number of the country; a US state adds its two letters, read as a number, to 840,000."""
    if not state:
        return country_id(country)
    first, second = (ord(letter) - ord("A") for letter in state)
    return country_id(country) * 1000 + first * 26 + second
