"""Countries by ISO 3166-1, in the words that people use."""

from functools import cache

import pycountry


@cache
def _names() -> dict[str, str]:
    return {
        country.alpha_2: getattr(country, "common_name", country.name)
        for country in sorted(pycountry.countries, key=lambda country: country.name)
    }


@cache
def _codes() -> dict[str, str]:
    """Every name that ISO knows for a country, folded, to its code."""
    codes = {code.casefold(): code for code in _names()}
    for country in pycountry.countries:
        for kind in ("name", "official_name", "common_name"):
            if name := getattr(country, kind, None):
                codes[name.casefold()] = country.alpha_2
    return codes


def country_code(given: str) -> str | None:
    """Alpha-2 code of a country given by its code or English name in any letter case; None when there is none such."""
    return _codes().get(" ".join(given.split()).casefold())


def country_name(code: str) -> str:
    """English name of a country by its alpha-2 code."""
    return _names().get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country, by name, for a form."""
    return sorted(_names().items(), key=lambda pair: pair[1])
