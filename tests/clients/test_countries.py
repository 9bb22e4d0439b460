"""Countries are taken as people and programs write them, and a guess is never made."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain

import pycountry
import pytest
from babel import Locale, localedata
from babel.languages import get_official_languages
from pydantic_core import PydanticCustomError

from clients import countries
from clients.countries import KOSOVO, country_choices, country_code, country_name, folded, read_country
from tests.clients.spellings import SPELLINGS

# Of CLDR's codes of two letters those that are no country, or part of one: unions, the UN, what is made up for tests.
NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
PARTS = {"AC": "SH", "CP": "FR", "CQ": "GG", "DG": "IO", "EA": "ES", "IC": "ES", "TA": "SH"}
CODES = sorted({country.alpha_2 for country in pycountry.countries} | {KOSOVO})

IN_ENGLISH = [
    (name, PARTS.get(code, code))
    for code, name in Locale("en").territories.items()
    if len(code) == 2 and code not in NO_COUNTRIES
]
LANGUAGES = {
    code: [each for each in get_official_languages(code, de_facto=True) if localedata.exists(each)] for code in CODES
}
BY_THEMSELVES = [
    (Locale.parse(language).territories[code], code)
    for code, languages in LANGUAGES.items()
    for language in languages
    if code in Locale.parse(language).territories
]
OF_ISO = [
    (getattr(country, kind), country.alpha_2)
    for country in pycountry.countries
    for kind in ("alpha_2", "alpha_3", "name", "official_name", "common_name")
    if hasattr(country, kind)
]


@pytest.mark.parametrize(("spelling", "code"), SPELLINGS)
def test_a_country_is_taken_as_it_is_written(spelling: str, code: str) -> None:
    assert country_code(spelling) == code


@pytest.mark.parametrize(
    ("names", "at_least"), [(IN_ENGLISH, 257), (BY_THEMSELVES, 320), (OF_ISO, 900)], ids=["English", "own", "ISO"]
)
def test_every_name_of_cldr_and_of_iso_is_taken(names: list[tuple[str, str]], at_least: int) -> None:
    assert {name: country_code(name) for name, _ in names} == dict(names)
    assert len(names) >= at_least


def test_hundreds_of_spellings_are_tried_and_every_country_by_several() -> None:
    spellings = set(chain(SPELLINGS, IN_ENGLISH, BY_THEMSELVES, OF_ISO))
    times = Counter(code for _, code in spellings)

    assert len(set(SPELLINGS)) >= 400
    assert len(spellings) >= 1300
    assert sorted(times) == CODES
    assert min(times.values()) >= 3


@pytest.mark.parametrize("change", [str.upper, str.lower, "  {}\t".format, "{} (the)".format, "The {}".format])
def test_a_name_is_taken_in_any_letter_case_and_with_the_article(change: object) -> None:
    assert callable(change)
    taken = {name: country_code(change(name)) for name, _ in chain(IN_ENGLISH, SPELLINGS) if len(name) > 3}

    assert taken == {name: code for name, code in chain(IN_ENGLISH, SPELLINGS) if len(name) > 3}


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "the", "XX", "ZZ", "D", "45", "208", "EU", "Europe", "European Union", "Tyskland", "Ruritania"),
        *("Denmarkk", "US-CA", "NH", "MI", "Unknown Region", "-", "\u200b", "America", "Yugoslavia", "Africa", "\x00"),
    ],
)
def test_what_is_no_country_is_refused_with_what_to_send(given: str) -> None:
    with pytest.raises(PydanticCustomError, match=r"Not an ISO 3166-1 code, such as DK, nor the name of a country"):
        read_country(given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Korea", "send KP (North Korea) or KR (South Korea)"),
        ("korea ", "send KP (North Korea) or KR (South Korea)"),
        ("Virgin Islands", "or VI (Virgin Islands, U.S.)"),
        ("AN", "CW (Curaçao) or SX"),
        ("Netherlands Antilles", "CW (Curaçao) or SX"),
        ("Serbia and Montenegro", "send ME (Montenegro) or RS (Serbia)"),
        ("Channel Islands", "send GG (Guernsey) or JE (Jersey)"),
        ("Czechoslovakia", "send CZ (Czechia) or SK (Slovakia)"),
    ],
)
def test_what_may_be_several_countries_is_asked_back(given: str, told: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        read_country(given)

    assert country_code(given) is None
    assert refused.value.message().startswith("Can be several countries: ")
    assert told in refused.value.message()


def test_no_name_is_of_two_countries() -> None:
    meant = defaultdict(set)
    for name, code in chain(SPELLINGS, IN_ENGLISH, BY_THEMSELVES, OF_ISO):
        meant[folded(name)].add(code)

    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}


def test_nothing_is_written_down_that_iso_or_cldr_have() -> None:
    theirs = {folded(name) for name, _ in chain(IN_ENGLISH, BY_THEMSELVES, OF_ISO)}
    written = chain.from_iterable(
        names.values() for names in (countries.SHORT_AND_VARIANT, countries.FORMER, countries.IN_PROGRAMS)
    )
    ours = Counter(folded(name) for name in chain.from_iterable(written))

    assert theirs & ours.keys() == set()
    assert max(ours.values()) == 1


def test_kosovo_is_in_the_list_and_has_a_name() -> None:
    assert ("XK", "Kosovo") in country_choices()
    assert country_name("XK") == "Kosovo"


def test_the_list_is_by_name_and_has_every_country_once() -> None:
    choices = country_choices()

    assert sorted(code for code, _ in choices) == CODES
    assert [name for _, name in choices] == sorted(name for _, name in choices)


@pytest.mark.parametrize(
    ("code", "name"),
    [("TR", "Türkiye"), ("GB", "United Kingdom"), ("HK", "Hong Kong"), ("KR", "South Korea"), ("CZ", "Czechia")],
)
def test_names_are_shown_as_they_were(code: str, name: str) -> None:
    assert country_name(code) == name


def test_a_hundred_languages_are_not_kept_in_memory() -> None:
    countries._in_their_languages.cache_clear()

    countries.load_countries()

    assert localedata._cache == {}
