"""Where a debtor is: countries and US states by ISO 3166, and the numbers that the API has for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pycountry

from clients.countries import KOSOVO, country_code, country_name, folded

US = "US"
STATES = ("State", "District")  # territories have country codes of their own
# Codes that the US Postal Service uses like those of states, and ISO for countries: territories, and three states in
# free association with the US.
TERRITORIES = frozenset(["AS", "FM", "GU", "MH", "MP", "PR", "PW", "UM", "VI"])
# Its codes for addresses of the armed forces anywhere in the world, where no collection partner can go.
OF_THE_FORCES = {"AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific"}
# Abbreviations from before there were two-letter codes, many still in use; without full stops and blanks.
ABBREVIATED = dict(
    pair.split(":")
    for pair in [
        "ala:AL",
        "ariz:AZ",
        "ark:AR",
        "calif:CA",
        "colo:CO",
        "conn:CT",
        "del:DE",
        "fla:FL",
        "ida:ID",
        "ill:IL",
        "ind:IN",
        "kans:KS",
        "ken:KY",
        "mass:MA",
        "mich:MI",
        "minn:MN",
        "miss:MS",
        "mont:MT",
        "nebr:NE",
        "nev:NV",
        "ndak:ND",
        "ncarolina:NC",
        "ohi:OH",
        "okla:OK",
        "ore:OR",
        "penna:PA",
        "scarolina:SC",
        "sdak:SD",
        "tenn:TN",
        "tex:TX",
        "wash:WA",
        "wva:WV",
        "wis:WI",
        "wyo:WY",
    ]
)
OTHER_NAMES = {
    "AA": ["Armed Forces America", "Armed Forces Americas (except Canada)"],
    "AE": ["Armed Forces Africa", "Armed Forces Canada", "Armed Forces Middle East"],
    "DC": ["D.C.", "Washington, D.C.", "Washington, District of Columbia"],
    "NE": ["Neb."],
    "PA": ["Penn."],
    "WA": ["Washington State"],
    "WI": ["Wisc."],
    "VI": ["Virgin Islands"],
}
KOSOVO_ID = 983  # CLDR's; ISO leaves 900 to 999 to its users


@dataclass(frozen=True)
class Place:
    """A country, and within the United States a state by its two letters."""

    country: str
    state: str = ""


@cache
def us_states() -> dict[str, str]:
    """Name of each state, and of the District of Columbia, by its two letters."""
    of_us = [each for each in pycountry.subdivisions if each.country_code == US]
    return {each.code.removeprefix("US-"): each.name for each in of_us if each.type in STATES}


@cache
def _codes() -> dict[str, str]:
    named = us_states() | OF_THE_FORCES
    codes = {code.casefold(): code for code in named}
    return (
        codes
        | {folded(name): code for code, name in named.items()}
        | {folded(name): code for code, names in OTHER_NAMES.items() for name in names}
        | ABBREVIATED
    )


def us_place(given: str) -> Place | None:
    """
    Read what was sent as a US debtor's state: `CA`, `US-CA`, `California`, `D.C.`, `AE`, `Puerto Rico`.

    A territory is returned as a country of its own. None for anything that is neither a state nor a territory.
    """
    name = given.strip().casefold().removeprefix("us-").strip()
    state = _codes().get(name) or _codes().get(folded(name))
    if state in us_states() or state in OF_THE_FORCES:
        return Place(US, state)
    country = state or country_code(name)
    return Place(country) if country in TERRITORIES else None


def jurisdiction_name(country: str, state: str = "") -> str:
    """`Denmark`, or `United States - California`."""
    return f"{country_name(country)} - {state_name(state)}" if state else country_name(country)


def state_name(state: str) -> str:
    """The name for the two letters of a US state or of addresses of the armed forces."""
    return (us_states() | OF_THE_FORCES)[state]


@cache
def _ids() -> dict[str, int]:
    return {country.alpha_2: int(country.numeric) for country in pycountry.countries} | {KOSOVO: KOSOVO_ID}


def country_id(country: str) -> int:
    """The ISO 3166-1 number of a country, such as 208 for Denmark; for Kosovo it is CLDR's."""
    return _ids()[country]


def country_of(number: int) -> str | None:
    """The alpha-2 code of the country with this number; None if there is none."""
    return next((country for country, known in _ids().items() if known == number), None)


def jurisdiction_id(country: str, state: str = "") -> int:
    """The number of the country; for a US state 840,000 plus its two letters, read as a number in base 26."""
    if not state:
        return country_id(country)
    first, second = (ord(letter) - ord("A") for letter in state)
    return country_id(country) * 1000 + first * 26 + second
