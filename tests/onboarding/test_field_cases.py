"""
What other people's software failed at, by number: inputs of real systems that broke products like this one.

Each stands for a kind, which has tests of its own; here is one place where all of them can be found.
"""

from __future__ import annotations

import importlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from edge.errors import ApiError
from edge.json_body import parse
from edge.mailbox import mailbox
from edge.shapes import read
from onboarding.api.schemas import CreateClientRequest
from onboarding.registering.registration import Registration
from tests.onboarding.bodies import CASE, CLIENT, NIL, Path, said

NOW = datetime(2026, 11, 29, 19, 11, tzinfo=UTC)
C, U, K = ("client",), ("users", 0), ("cases", 0)
D = (*K, "debtor")
NOWHERE_YET = (NOW + timedelta(hours=14)).date()
DEBTOR_ANYWHERE = {"type": "Company", "name": "Debtor"}


CLAIM = {
    name: value for name, value in CASE.items() if not name.startswith("amountToRecoverOver") and name != "dueDate"
}
GOOD = said(CLIENT, K, CLAIM)


def registered(path: Path, value: Any) -> Registration:
    """What is understood of a good body with this in that place; a number is sent as it is written."""
    body = json.dumps(said(GOOD, path, "HERE")).replace(
        '"HERE"', value if isinstance(value, Number) else json.dumps(value)
    )
    return read(CreateClientRequest, parse(body.encode()), at=NOW).registration()


class Number(str):
    """A number of JSON, digit by digit."""


def held(registration: Registration, path: Path) -> Any:
    """What a field has become."""
    names = {
        "currencyCode": "currency", "amountToRecover": "amount", "dueDate": "due_date", "tag": "tag", "date": "date",
        "creditorReference": "creditor_reference", "collectionPartnerId": "collection_partner_id",
        "zipCode": "zip_code", "supportPhone": "support_phone", "registrationNumber": "registration_number",
        "supportEmail": "support_email",
    }  # fmt: skip
    match path:
        case ("client", name):
            return getattr(registration.company, names.get(str(name), str(name)))
        case ("users", 0, name):
            return getattr(registration.people[0], str(name))
        case ("cases", 0, "debtor", name):
            return getattr(registration.claims[0].debtor, names.get(str(name), str(name)))
        case ("cases", 0, "debtor"):
            debtor = registration.claims[0].debtor
            return debtor.country, debtor.state_code
        case ("cases", 0, name):
            return getattr(registration.claims[0], names.get(str(name), str(name)))
        case _:
            return registration.external_tenant_id


def us(**state: str) -> dict[str, str]:
    return {**DEBTOR_ANYWHERE, "countryAlpha2": "US", **state}


JANUARY_15, MARCH_1 = date(2026, 1, 15), date(2026, 3, 1)
TAKEN: list[tuple[int, Path, Any, Any]] = [
    (1, (*K, "date"), "2026-01-15T00:00:00+02:00", JANUARY_15),
    (1, (*K, "date"), "2026-01-15T00:00:00+01:00", JANUARY_15),
    (1, (*K, "date"), "2026-01-15T00:00:00.0000000+01:00", JANUARY_15),
    (1, (*K, "date"), "2026-01-15T00:00:00+0100", JANUARY_15),
    (1, (*K, "date"), "2026-01-15T23:30:00-08:00", JANUARY_15),
    (1, (*K, "dueDate"), "2026-03-01T00:00:00+02:00", MARCH_1),
    (1, (*K, "date"), "2026-01-15", JANUARY_15),
    (1, (*K, "date"), "2026-01-15Z", JANUARY_15),
    (1, (*K, "date"), "2026-01-15T00:00:00+01:00[Europe/Copenhagen]", JANUARY_15),
    (1, (*K, "date"), "2026-01-15 00:00:00 +0000 UTC", JANUARY_15),
    (1, (*K, "date"), "2026-01-15+01:00", JANUARY_15),
    (1, (*K, "date"), "2026-W03-4", JANUARY_15),
    (1, (*K, "date"), "2026-01-15T00:00:00Z", JANUARY_15),
    (2, (*U, "email"), "kari@straße-bau.test", "kari@straße-bau.test"),
    *[(4, (*C, "country"), name, code) for name, code in [
        ("Turkey", "TR"), ("Türkiye", "TR"), ("Russia", "RU"), ("UK", "GB"), ("USA", "US"), ("Great Britain", "GB"),
        ("Ivory Coast", "CI"), ("Brunei", "BN"), ("Republic of Korea", "KR"), ("Swaziland", "SZ"), ("Holland", "NL"),
        ("UAE", "AE"), ("Hong Kong SAR China", "HK"), ("EL", "GR"), ("DNK", "DK"), ("the Netherlands", "NL"),
        ("St. Kitts & Nevis", "KN"), ("Cote d'Ivoire", "CI"), ("Deutschland", "DE"), ("Danmark", "DK"),
        ("Czechia (Czech Republic)", "CZ"), ("Rep. of Moldova", "MD"), ("Samoa, Western", "WS"), ("Suid-Afrika", "ZA"),
    ]],
    (4, D, {**DEBTOR_ANYWHERE, "country": "Turkey"}, ("TR", "")),
    (4, D, {**DEBTOR_ANYWHERE, "country": "Nonsense", "countryAlpha2": "TR"}, ("TR", "")),
    (5, (*C, "address"), "Vestergade 1\r\n2. sal", "Vestergade 1, 2. sal"),
    (5, (*C, "address"), "Vestergade 1\n", "Vestergade 1"),
    (5, (*C, "address"), "Vestergade 1\t2. sal", "Vestergade 1 2. sal"),
    (5, (*C, "name"), "Havfrue ApS\n", "Havfrue ApS"),
    (5, (*D, "address"), "Hafen 1\r\nHaus B", "Hafen 1, Haus B"),
    (5, (*K, "creditorReference"), "INV-1\n", "INV-1"),
    (5, (*C, "city"), "\u2028Aarhus C\u2029", "Aarhus C"),
    (6, (*C, "supportPhone"), "\u202a+45 33 12 34 56\u202c", "+45 33 12 34 56"),
    (6, (*C, "supportPhone"), "\u200e+972 3 123 4567", "+972 3 123 4567"),
    (6, (*C, "supportPhone"), "\u2068+45 33 12 34 56\u2069", "+45 33 12 34 56"),
    (6, (*C, "supportPhone"), "+45\ufe0d 33\u200b 12", "+45 33 12"),
    (6, (*U, "email"), "ja\u200bne@acme\u00ad.test", "jane@acme.test"),
    (6, (*K, "currencyCode"), "\ufeffEUR\u200b", "EUR"),
    (6, (*C, "name"), "חברה בע״מ\u200f", "חברה בע״מ"),
    (6, (*C, "name"), "شركة\u061c", "شركة"),
    (13, (*K, "date"), NOWHERE_YET.isoformat(), NOWHERE_YET),
    (19, (*K, "amountToRecover"), Number("1250.0999999999999"), Decimal("1250.10")),
    (19, (*K, "amountToRecover"), Number("67.2000000000000028421709430404007434844970703125"), Decimal("67.20")),
    (21, (*K, "dueDate"), "", None),
    (21, (*K, "collectionPartnerId"), "", None),
    (22, (*K, "collectionPartnerId"), NIL, None),
    (22, (*K, "dueDate"), "0001-01-01T00:00:00", None),
    (22, (*K, "dueDate"), "0000-00-00 00:00:00", None),
    (22, (*K, "dueDate"), "1970-01-01T00:00:00Z", None),
    (22, (*K, "dueDate"), "-0001-11-30T00:00:00+00:00", None),
    (23, (*C, "country"), "XK", "XK"),
    (23, (*C, "country"), "Kosovo", "XK"),
    (23, (*C, "country"), "XI", "GB"),
    (23, (*C, "country"), "IC", "ES"),
    (24, D, us(stateAlpha2="PR"), ("PR", "")),
    (24, D, us(stateAlpha2="GU"), ("GU", "")),
    (24, D, us(stateAlpha2="VI"), ("VI", "")),
    (24, D, us(stateAlpha2="AA"), ("US", "AA")),
    (24, D, us(stateAlpha2="AE"), ("US", "AE")),
    (24, D, us(stateAlpha2="AP"), ("US", "AP")),
    (24, D, us(stateAlpha2="D.C."), ("US", "DC")),
    (24, D, us(stateAlpha2="Washington, D.C."), ("US", "DC")),
    (24, D, us(state="California"), ("US", "CA")),
    (24, D, us(stateAlpha2="DC", state="Washington"), ("US", "DC")),
    *[(24, D, us(state=written), ("US", code)) for written, code in [
        ("Calif.", "CA"), ("Mass.", "MA"), ("N. Carolina", "NC"), ("W. Va.", "WV"),
        ("Washington State", "WA"), ("N.Y.", "NY"),
    ]],
    (28, (*C, "name"), "\ufeffHavfrue ApS", "Havfrue ApS"),
    (28, (*C, "name"), "Havfrue\u200b ApS", "Havfrue ApS"),
    (28, (*C, "name"), "Hav\u00adfrue\u2060 ApS", "Havfrue ApS"),
    (35, (*K, "amountToRecover"), Number("1E3"), Decimal(1000)),
    (35, (*K, "amountToRecover"), Number("1250.500"), Decimal("1250.5")),
    *[(37, (*U, "name"), name, name) for name in [
        "Cher", "Jr.", "Null", "None", "A", "李", "O'Brien", "O’Brien", "Nguyễn Thị", "<b>Jane</b>",
        "J {{7*7}}", "=J1+1",
    ]],
    *[(44, (*U, "email"), address, address) for address in [
        "jane+tag@acme.test", "Jane@Sub.Acme.test", "o'brien@acme.test", "k&@acme.test", "jane@ærø.test",
    ]],
    *[(45, (*C, "zipCode"), code, code) for code in ["D02 AF30", "CH-8001", "SW1A 1AA", "00-950"]],
    (45, (*C, "registrationNumber"), "CHE-123.456.789 MWST", "CHE-123.456.789 MWST"),
]  # fmt: skip

REFUSED: list[tuple[int, Path, Any, str]] = [
    (5, (*C, "name"), "Hav\x1bfrue", "Control characters"),
    (19, (*K, "amountToRecover"), Number("1250.499"), "more decimals"),
    # Doubles next to the one of a money amount, which is that of another reckoning.
    (19, (*K, "amountToRecover"), Number("1250.4999999999998"), "more decimals"),
    (19, (*K, "amountToRecover"), Number("27964.000000000004"), "more decimals"),
    (25, (*K, "currencyCode"), "HRK", "7.5345"),
    (25, (*K, "currencyCode"), "BGN", "1.95583"),
    (25, (*K, "currencyCode"), "SLL", "SLE"),
    (25, (*K, "currencyCode"), "ZWL", "ZWG"),
    (25, (*K, "currencyCode"), "CUC", "CUP"),
    (25, (*K, "currencyCode"), "ANG", "XCG"),
    (28, ("externalTenantId",), "\ufefft-1", "unseen"),
    (28, ("externalTenantId",), "t-1\U000e0041", "unseen"),
    (28, ("externalTenantId",), "t-1\ufffb", "unseen"),
    (28, ("externalTenantId",), "t-1\u061c", "unseen"),
    (32, (*U, "name"), "\u02bc", "A name has a letter"),
    (31, (*U, "email"), "jürgen@acme.test", "before the @"),
    (35, (*K, "amountToRecover"), Number("-100"), "from 0"),
    (36, (*K, "dueDate"), "2026-01-14", "before date"),
    (36, (*K, "date"), "2025-02-29", "Not a day"),
    (36, (*K, "date"), "2026-W03", "Not a day"),
    (36, (*K, "date"), "2026-01-15T24:00:00", "Not a day"),
    (36, (*K, "date"), "/Date(1768435200000)/", "Not a day"),
    (36, (*K, "date"), "Thu, 15 Jan 2026 00:00:00 GMT", "Not a day"),
    (39, (*C, "zipCode"), 1165, "Must be a string"),
]

# What is no body: the test that shows it.
ELSEWHERE = {
    3: "onboarding.signing.test_letters.test_forty_names_in_forty_scripts_are_signed_and_read_back",
    9: "onboarding.proof.test_email_codes.test_how_a_code_is_typed_or_pasted_makes_no_difference",
    11: "processes.test_stalled_jobs.test_a_mail_whose_worker_was_killed_is_sent_by_another",
    12: "edge.test_forms.test_where_the_origin_is_withheld_the_cookie_decides",
    14: "cases.api.test_get_case.test_an_id_in_capitals_is_the_same_case",
    15: "edge.test_http_bodies.test_json_is_taken_by_all_its_names_and_the_bytes_decide_its_charset",
    16: "edge.test_http_bodies.test_a_compressed_body_is_a_415_that_says_so",
    18: "onboarding.api.test_known_companies.test_a_company_that_the_partner_has_already_is_named_by_that_id",
    26: "onboarding.proof.test_email_codes.test_of_two_codes_asked_for_within_a_minute_both_work_until_one_does",
    29: "onboarding.journey.test_copied_links.test_what_came_along_at_the_end_of_a_link_leads_on",
    30: "onboarding.journey.test_forms.test_every_field_says_what_browsers_fill_in",
    32: "onboarding.journey.test_forms.test_a_signature_has_a_letter",
    33: "onboarding.test_translation.test_names_addresses_and_codes_are_kept_from_being_translated",
    34: "onboarding.api.test_get_client.test_any_tenant_id_is_read_under_its_percent_encoded_form",
    38: "debitura.test_server.test_a_body_in_chunks_is_read_like_any_other",
    40: "onboarding.journey.test_looking.test_looking_three_times_changes_no_row",
    41: "onboarding.proof.test_email_codes.test_a_code_works_only_where_it_was_asked_for",
    42: "onboarding.signing.test_sign_agreement.test_two_clicks_at_once_give_one_signature",
    43: "onboarding.signing.test_letters.test_a_name_in_another_script_is_printed_as_typed",
}
NUMBERS = {*range(1, 7), 9, *range(11, 17), 18, 19, *range(21, 27), *range(28, 46)}


@pytest.mark.parametrize(("number", "path", "sent", "becomes"), TAKEN)
def test_it_is_taken_for_what_it_means(number: int, path: Path, sent: Any, becomes: Any) -> None:
    assert held(registered(path, sent), path) == becomes


@pytest.mark.parametrize(("number", "path", "sent", "says"), REFUSED)
def test_it_is_refused_and_told_why(number: int, path: Path, sent: Any, says: str) -> None:
    with pytest.raises(ApiError) as refused:
        registered(path, sent)

    [sentences] = (refused.value.fields or {}).values()
    assert says in sentences[0]


@pytest.mark.parametrize("number", ELSEWHERE)
def test_it_is_shown_elsewhere(number: int) -> None:
    module, _, test = ELSEWHERE[number].rpartition(".")

    assert callable(getattr(importlib.import_module(f"tests.{module}"), test))


def test_every_case_is_here() -> None:
    assert {row[0] for row in [*TAKEN, *REFUSED]} | ELSEWHERE.keys() == NUMBERS


def test_mail_goes_where_the_address_leads() -> None:
    """Number 2: not to strasse-bau, which is somebody else's."""
    assert mailbox("kari@straße-bau.test") == "kari@xn--strae-bau-j1a.test"
