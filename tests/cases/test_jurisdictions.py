"""Where a debtor is: states, territories and addresses of the armed forces as Americans write them."""

from __future__ import annotations

import pytest

from cases.jurisdictions import (
    OF_THE_FORCES,
    TERRITORIES,
    US,
    Place,
    country_id,
    country_of,
    jurisdiction_id,
    jurisdiction_name,
    us_place,
    us_states,
)
from clients.countries import country_choices


@pytest.mark.parametrize(
    ("given", "state"),
    [
        *(
            (each, "CA")
            for each in ("CA", "ca", "US-CA", "us-ca", "California", " CALIFORNIA ", "US-California", "C.A.")
        ),
        *((each, "DC") for each in ("DC", "D.C.", "d.c.", "US-DC", "District of Columbia", "Washington, D.C.")),
        *((each, "DC") for each in ("Washington DC", "WASHINGTON D.C.", "the District of Columbia")),
        *((each, "NC") for each in ("North Carolina", "NORTH CAROLINA", "North-Carolina", "NorthCarolina")),
        *(("Georgia", "GA"), ("DE", "DE"), ("Washington", "WA"), ("Hawai\u02bbi", "HI"), ("ME", "ME"), ("IN", "IN")),
        *((each, "AA") for each in ("AA", "us-aa", "Armed Forces Americas", "Armed Forces America")),
        *((each, "AE") for each in ("AE", "Armed Forces Europe", "Armed Forces Middle East", "Armed Forces Africa")),
        *((each, "AP") for each in ("AP", "ap", "Armed Forces Pacific", "ARMED FORCES PACIFIC")),
    ],
)
def test_a_state_is_read_as_people_write_it(given: str, state: str) -> None:
    assert us_place(given) == Place(US, state)


@pytest.mark.parametrize(
    ("given", "country"),
    [
        *((each, "PR") for each in ("PR", "pr", "US-PR", "Puerto Rico", "PUERTO RICO")),
        *((each, "VI") for each in ("VI", "US-VI", "Virgin Islands", "U.S. Virgin Islands", "US Virgin Islands")),
        *(("GU", "GU"), ("Guam", "GU"), ("AS", "AS"), ("American Samoa", "AS"), ("MP", "MP"), ("UM", "UM")),
        *((each, "MP") for each in ("Northern Mariana Islands", "Northern Marianas", "CNMI")),
        *(("FM", "FM"), ("MH", "MH"), ("PW", "PW"), ("Marshall Islands", "MH"), ("Palau", "PW"), ("Micronesia", "FM")),
    ],
)
def test_a_territory_is_a_country_of_its_own(given: str, country: str) -> None:
    assert us_place(given) == Place(country)


@pytest.mark.parametrize(
    "given", ["", " ", "XX", "US-", "Ontario", "US-US-CA", "Germany", "Denmark", "Canada", "BY", "US", "06", "the"]
)
def test_what_is_no_state_is_none(given: str) -> None:
    assert us_place(given) is None


def test_every_state_is_a_jurisdiction_with_a_number_of_its_own() -> None:
    numbers = {jurisdiction_id(US, state) for state in [*us_states(), *OF_THE_FORCES]}

    assert len(us_states()) == 51
    assert len(numbers) == 54
    assert not any(country_of(number) for number in numbers)
    assert jurisdiction_id(US, "CA") == 840_052


def test_every_country_that_can_be_chosen_has_a_number_and_is_found_by_it() -> None:
    assert {code: country_of(country_id(code)) for code, _ in country_choices()} == {
        code: code for code, _ in country_choices()
    }
    assert (country_id("DK"), country_id("XK")) == (208, 983)


def test_no_territory_is_a_state() -> None:
    assert TERRITORIES & {*us_states(), *OF_THE_FORCES} == set()


@pytest.mark.parametrize(
    ("country", "state", "name"),
    [
        ("DK", "", "Denmark"),
        ("XK", "", "Kosovo"),
        ("US", "CA", "United States - California"),
        ("US", "AE", "United States - Armed Forces Europe"),
    ],
)
def test_a_jurisdiction_is_called_by_its_country_and_state(country: str, state: str, name: str) -> None:
    assert jurisdiction_name(country, state) == name
