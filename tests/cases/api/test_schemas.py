"""What partners send about claims: each fault is told at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.api.schemas import PreviewRequest
from cases.claim import DebtorType
from cases.jurisdictions import Place
from edge.errors import ApiError
from edge.shapes import read
from tests.cases.api.sent import NOW, Request, case, claim, with_debtor
from tests.cases.bodies import CASE

AGED = {"amountToRecoverOver24Months": 100, "amountToRecoverOver12Months": 200}


def faults(*sent: dict[str, Any]) -> Mapping[str, list[str]]:
    with pytest.raises(ApiError) as refused:
        read(Request, {"cases": list(sent)}, at=NOW)
    assert refused.value.fields is not None
    return refused.value.fields


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (case(currencyCode="bgn"), "currencyCode", "send EUR, at 1.95583 BGN for 1 EUR."),
    (case(currencyCode="ZZZ"), "currencyCode", "Not a currency"),
    (case(currencyCode="XXX"), "currencyCode", "Not a currency"),
    (case(currencyCode=978), "currencyCode", "Not a currency"),
    (case(amountToRecover=0), "amountToRecover", "Must be more than 0."),
    (case(amountToRecover=-1), "amountToRecover", "Must be a number from 0"),
    (case(amountToRecover="100"), "amountToRecover", "Must be a number."),
    (case(amountToRecover=True), "amountToRecover", "Must be a number."),
    (case(amountToRecover=10**13), "amountToRecover", "Must be a number from 0"),
    (case(amountToRecover=Decimal("1.001")), "amountToRecover", "more decimals than EUR, which has 2"),
    (case(amountToRecover=Decimal("1." + "0" * 12 + "1")), "amountToRecover", "more decimals than EUR"),
    (case(currencyCode="JPY", amountToRecover=Decimal("1.5")), "amountToRecover", "JPY, which has none"),
    (case(currencyCode="KWD", amountToRecover=Decimal("1.0005")), "amountToRecover", "KWD, which has 3"),
    (case(date="2026-11-27"), "date", "Is in the future everywhere"),
    (case(date="2026-11-27T00:00:00+14:00"), "date", "Is in the future everywhere"),
    (case(date="15.01.2026"), "date", "Not a day."),
    (case(date="2026-02-30"), "date", "Not a day."),
    (case(date="2026-01-15T25:00:00"), "date", "Not a day."),
    (case(date="2026-01-15 and so on"), "date", "Not a day."),
    (case(date="2026-01-15" + "0" * 10_000), "date", "Not a day."),
    (case(date="2026-01-15T00:00:00." + "0" * 10_000), "date", "Not a day."),
    (case(date=20260115), "date", "Must be a day as a string"),
    (case(dueDate="2026-01-14"), "dueDate", "Is before date."),
    (case(amountToRecoverOver12Months=1), "amountToRecoverOver12Months", "go together"),
    (case(amountToRecoverOver24Months=1), "amountToRecoverOver12Months", "go together"),
    (case(amountToRecoverOver6Months=1), "amountToRecoverOver6Months", "Only together with"),
    (case(**AGED, amountToRecoverOver6Months=199), "amountToRecoverOver6Months", "less than amountToRecoverOver12"),
    (case(**{**AGED, "amountToRecoverOver12Months": 99}), "amountToRecoverOver12Months", "less than amountToRecoverO"),
    (case(**AGED, amountToRecoverOver6Months=2000), "amountToRecoverOver6Months", "more than amountToRecover,"),
    (case(**{**AGED, "amountToRecoverOver12Months": 2000}), "amountToRecoverOver12Months", "more than amountToRecover"),
    (case(**{**AGED, "amountToRecoverOver24Months": Decimal("1.001")}), "amountToRecoverOver24Months", "more decimals"),
    (case(creditorReference="x" * 51), "creditorReference", "At most 50"),
    (case(comments="x" * 4001), "comments", "At most 4000"),
    (case(claimDescription="a\x00b"), "claimDescription", "Control characters"),
    (case(tag="x" * 101), "tag", "At most 100"),
    (case(creditorDivisionId="7"), "creditorDivisionId", "Must be a UUID."),
    (case(collectionPartnerId=7), "collectionPartnerId", "Must be a UUID."),
    (case(isTest="yes"), "isTest", "Must be true or false."),
    (case(amount=7), "amount", "Unknown property."),
    (case(debtor=None), "debtor", "Must be an object."),
    (with_debtor(type="Firm"), "debtor.type", "Must be Company or Private."),
    (with_debtor(name=" "), "debtor.name", "may not be blank"),
    (with_debtor(name="..."), "debtor.name", "has a letter or a digit"),
    (with_debtor(countryAlpha2="XX"), "debtor.countryAlpha2", "Not an ISO 3166-1"),
    (with_debtor(countryAlpha2="XX", country="Denmark"), "debtor.countryAlpha2", "Not an ISO 3166-1"),
    (with_debtor(countryAlpha2="Korea"), "debtor.countryAlpha2", "send KP (North Korea) or KR (South Korea)"),
    (with_debtor(countryAlpha2=None), "debtor.country", "Send countryAlpha2 or country."),
    (with_debtor(countryAlpha2=" ", country="AN"), "debtor.country", "Can be several countries"),
    (with_debtor(countryAlpha2="", country="Ruritania"), "debtor.country", "Not an ISO 3166-1"),
    (with_debtor(countryAlpha2="US"), "debtor.stateAlpha2", "Is needed in the United States"),
    (with_debtor(countryAlpha2="US", stateAlpha2="ON"), "debtor.stateAlpha2", "Not a US state"),
    (with_debtor(countryAlpha2="US", stateAlpha2="DE-BY"), "debtor.stateAlpha2", "Not a US state"),
    (with_debtor(countryAlpha2="US", state="Denmark"), "debtor.stateAlpha2", "Is needed in the United States"),
    (with_debtor(countryAlpha2="PR", stateAlpha2="US-GU"), "debtor.stateAlpha2", "the country is Puerto Rico"),
    (with_debtor(countryAlpha2="CA", stateAlpha2="US-CA"), "debtor.stateAlpha2", "the country is Canada"),
    (with_debtor(email="x" * 255), "debtor.email", "At most 254"),
    (with_debtor(phone="1" * 65), "debtor.phone", "At most 64"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "path", "says"), WRONG)
def test_each_fault_is_told_at_its_field(sent: dict[str, Any], path: str, says: str) -> None:
    found = faults(CASE, sent)

    assert list(found) == [f"cases[1].{path}"]
    assert says in found[f"cases[1].{path}"][0]


@pytest.mark.parametrize("name", ["currencyCode", "amountToRecover", "debtor"])
def test_what_must_be_there_is_told(name: str) -> None:
    assert faults({key: value for key, value in CASE.items() if key != name}) == {
        f"cases[0].{name}": ["This field is required."]
    }


def test_every_fault_of_every_case_is_told_at_once() -> None:
    many = case(currencyCode="KWD", amountToRecover=0, date="2026-11-27", dueDate="x", amountToRecoverOver6Months=1)

    found = faults(many, CASE, with_debtor(countryAlpha2="US", type="?"))

    assert set(found) == {
        "cases[0].amountToRecover",
        "cases[0].date",
        "cases[0].dueDate",
        "cases[0].amountToRecoverOver6Months",
        "cases[2].debtor.type",
        "cases[2].debtor.stateAlpha2",
    }


def test_a_reference_twice_in_a_request_is_told_at_the_second() -> None:
    sent = [case(creditorReference=reference) for reference in ("INV-1", "inv-1", "", "", " INV-1 ")]

    assert faults(*sent) == {"cases[4].creditorReference": ["Another case of this request has it already."]}


def test_what_is_said_in_a_request_of_before_does_not_count() -> None:
    assert [claim(case(creditorReference="INV-1")).creditor_reference for _ in range(2)] == ["INV-1"] * 2


@pytest.mark.parametrize(
    ("given", "type", "country", "state", "code"),
    [
        ({"type": "person"}, DebtorType.PRIVATE, "GB", "", ""),
        ({"type": "COMPANY", "countryAlpha2": "dk"}, DebtorType.COMPANY, "DK", "", ""),
        ({"countryAlpha2": None, "country": "Denmark"}, DebtorType.COMPANY, "DK", "", ""),
        ({"countryAlpha2": "US", "stateAlpha2": "california"}, DebtorType.COMPANY, "US", "", "CA"),
        ({"countryAlpha2": "US", "stateAlpha2": "us-ca", "state": "Calif."}, DebtorType.COMPANY, "US", "Calif.", "CA"),
        ({"countryAlpha2": "CA", "stateAlpha2": "ON"}, DebtorType.COMPANY, "CA", "ON", ""),
        ({"countryAlpha2": "United States", "stateAlpha2": "D.C."}, DebtorType.COMPANY, "US", "", "DC"),
        ({"countryAlpha2": "USA", "state": "California"}, DebtorType.COMPANY, "US", "California", "CA"),
        ({"countryAlpha2": "US", "state": "Guam"}, DebtorType.COMPANY, "GU", "Guam", ""),
        ({"countryAlpha2": "US", "stateAlpha2": "PR"}, DebtorType.COMPANY, "PR", "", ""),
        (
            {"countryAlpha2": "US", "stateAlpha2": "PR", "state": "Puerto Rico"},
            DebtorType.COMPANY,
            "PR",
            "Puerto Rico",
            "",
        ),
        ({"countryAlpha2": "PR", "stateAlpha2": "US-PR"}, DebtorType.COMPANY, "PR", "", ""),
        ({"countryAlpha2": "US", "stateAlpha2": "AE"}, DebtorType.COMPANY, "US", "", "AE"),
        ({"countryAlpha2": "XK"}, DebtorType.COMPANY, "XK", "", ""),
        ({"countryAlpha2": "TR", "country": "Turkey"}, DebtorType.COMPANY, "TR", "", ""),
        ({"countryAlpha2": "GB", "country": "Ruritania"}, DebtorType.COMPANY, "GB", "", ""),
        ({"countryAlpha2": "GB", "country": "Denmark"}, DebtorType.COMPANY, "GB", "", ""),
    ],
)
def test_places_and_types_are_read_as_people_write_them(
    given: dict[str, Any], type: DebtorType, country: str, state: str, code: str
) -> None:
    debtor = claim(with_debtor(**given)).debtor

    assert (debtor.type, debtor.country, debtor.state, debtor.state_code) == (type, country, state, code)


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2026-11-25", date(2026, 11, 25)),
        ("2026-11-26", date(2026, 11, 26)),  # in Auckland
        ("2026-11-25T23:59:59Z", date(2026, 11, 25)),
        ("2026-01-15T23:30:00-02:00", date(2026, 1, 15)),
        ("2026-01-15T00:00:00+01:00", date(2026, 1, 15)),
        ("2026-01-15T00:00:00.0000000", date(2026, 1, 15)),
        ("2026-01-15T10:00", date(2026, 1, 15)),
        ("2026-01-15 00:00:00 +0100", date(2026, 1, 15)),
        ("20260115T000000Z", date(2026, 1, 15)),
        (" 2026-01-15\n", date(2026, 1, 15)),
        ("1970-01-02", date(1970, 1, 2)),
        ("1970-01-01", None),
        ("0001-01-01T00:00:00", None),
        ("1899-12-30T00:00:00Z", None),
        (None, None),
        ("", None),
    ],
)
def test_a_date_is_the_day_that_is_written(sent: str | None, day: date | None) -> None:
    assert claim(case(date=sent)).date == day
    assert claim(case(date=None, dueDate=sent)).due_date == day


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("https://a.test/x?y=1", "https://a.test/x?y=1"), ("javascript:alert(1)", ""), ("/x", ""), (7, ""), (None, ""),
     ("https://" + "a" * 2048, ""), ("https://[", "")],
)  # fmt: skip
def test_a_return_url_that_is_none_is_dropped(sent: Any, kept: str) -> None:
    assert claim(case(returnUrl=sent)).return_url == kept


def test_text_of_several_lines_is_kept_as_such() -> None:
    assert claim(case(comments=" one\r\ntwo\tthree \r")).comments == "one\ntwo three"


PREVIEW = {"currencyCode": "EUR", "amountToRecover": 100, "debtor": {"type": "Private", "countryAlpha2": "DK"}}


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"dueDate": str(NOW.date() + timedelta(days=2))}, "dueDate", "Is in the future"),
        ({"dueDate": "2026-01-01", **dict.fromkeys(AGED, 1)}, "dueDate", "Not together with parts by age"),
        ({"amountToRecoverOver12Months": 1}, "amountToRecoverOver12Months", "go together"),
        ({"debtor": {"type": "Private", "countryAlpha2": "US"}}, "debtor.stateAlpha2", "Is needed"),
        ({"debtor": {"type": "Private", "countryAlpha2": "XX"}}, "debtor.countryAlpha2", "Not an ISO"),
        ({"debtor": {"type": "Private", "countryAlpha2": "US", "stateAlpha2": "X"}}, "debtor.stateAlpha2", "Not a US"),
        ({"debtor": {"type": "Private"}}, "debtor.countryAlpha2", "required"),
        ({"date": "2026-01-01"}, "date", "Unknown property."),
    ],
)
def test_a_preview_is_read_as_strictly(changes: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(ApiError) as refused:
        read(PreviewRequest, {**PREVIEW, **changes}, at=NOW)

    assert refused.value.fields is not None
    assert list(refused.value.fields) == [path]
    assert says in refused.value.fields[path][0]


@pytest.mark.parametrize(
    ("country", "state", "place"),
    [
        ("Danmark", "", Place("DK")),
        ("US", "PR", Place("PR")),
        ("usa", "d.c.", Place("US", "DC")),
        ("US", "AP", Place("US", "AP")),
    ],
)
def test_a_preview_is_of_the_place_that_is_meant(country: str, state: str, place: Place) -> None:
    debtor = {"type": "Private", "countryAlpha2": country, "stateAlpha2": state}

    assert read(PreviewRequest, {**PREVIEW, "debtor": debtor}, at=NOW).debtor.place == place
