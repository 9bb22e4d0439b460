"""What partners send about claims: each fault is told at its field, and what passes fits the database."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from cases.api.schemas import MAX_AMOUNT, CaseRequest, PreviewRequest
from cases.api.schemas.amounts import WIDE
from cases.claim import Claim, DebtorType, _said
from cases.currencies import currencies, decimals
from cases.jurisdictions import Place
from cases.submit_cases import Created, submit_cases
from edge.errors import ApiError
from edge.shapes import Shape, read
from tests.cases.bodies import CASE, DEBTOR
from tests.make import make_coverage, make_link
from tests.onboarding.bodies import Path, said
from tests.refused import check_now

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AGED = {"amountToRecoverOver24Months": 100, "amountToRecoverOver12Months": 200}


class Request(Shape):
    """As in POST /clients."""

    cases: list[CaseRequest]


def case(**changes: Any) -> dict[str, Any]:
    return {**CASE, **changes}


def with_debtor(**changes: Any) -> dict[str, Any]:
    return case(debtor={**DEBTOR, **changes})


def claim(sent: dict[str, Any]) -> Claim:
    return read(Request, {"cases": [sent]}, at=NOW).cases[0].claim()


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


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs"]), max_size=15)
ANY_TEXT = st.text(max_size=60)
ANY_AMOUNT = st.none() | st.integers(-5, 1000) | st.integers(-5, 10**13) | st.decimals(-1, 10**12, places=4)
DAY = st.dates(date(1970, 1, 2), NOW.date() + timedelta(days=1))
ANY_DAY = st.none() | st.one_of(
    st.dates(date(1890, 1, 1), date(2027, 1, 1)).map(str),
    st.datetimes(datetime(1890, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.isoformat() + "+03:00"),  # noqa: DTZ001 (the zone is written after it)
)
AMOUNTS = AMOUNT, OVER_6, OVER_12, OVER_24 = (
    "amountToRecover",
    *(f"amountToRecoverOver{age}Months" for age in (6, 12, 24)),
)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "USD"])
# What may stand in a field, right or wrong.
ANYTHING: dict[Path, st.SearchStrategy[Any]] = {
    ("currencyCode",): CURRENCIES | st.sampled_from(["usd", " eur", "ZZZ"]),
    **{(name,): ANY_AMOUNT for name in AMOUNTS},
    **{(name,): ANY_DAY for name in ("date", "dueDate")},
    **{(name,): ANY_TEXT for name in ("creditorReference", "comments", "claimDescription", "tag")},
    **{("debtor", name): ANY_TEXT for name in ("name", "address", "city", "zipCode", "contactPerson", "stateAlpha2")},
    ("debtor", "phone"): st.text(max_size=70),
}


@st.composite
def right_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A case with nothing wrong in it."""
    currency = draw(CURRENCIES)
    places = decimals(currency)
    amounts = st.integers(1, int(MAX_AMOUNT) * 10**places).map(lambda units: Decimal(units).scaleb(-places, WIDE))
    parts = dict(zip([OVER_24, OVER_12, OVER_6, AMOUNT], sorted(draw(st.tuples(*[amounts] * 4))), strict=True))
    known = draw(st.sampled_from([[AMOUNT], [AMOUNT, OVER_12, OVER_24], [AMOUNT, OVER_6, OVER_12, OVER_24]]))
    days = zip(["date", "dueDate"], map(str, sorted(draw(st.tuples(DAY, DAY)))), strict=True)
    return {
        "currencyCode": currency,
        **{name: parts[name] for name in known},
        **dict(draw(st.sampled_from([[], [*days]]))),
        **draw(st.fixed_dictionaries({}, optional=dict.fromkeys(("creditorReference", "comments", "tag"), TEXT))),
        "debtor": {**DEBTOR, "name": "A" + draw(TEXT), "address": draw(TEXT), "city": draw(TEXT)},
    }


def spoilt(right: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The same case with anything in one of its fields."""
    return st.sampled_from([*ANYTHING]).flatmap(lambda path: ANYTHING[path].map(partial(said, right, path)))


def shuffled(right: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The same case with its amounts in each other's places."""
    names = [name for name in AMOUNTS if name in right]
    return st.permutations([right[name] for name in names]).map(
        lambda amounts: {**right, **dict(zip(names, amounts, strict=True))}
    )


def in_other_words(right: dict[str, Any]) -> dict[str, Any]:
    """The same case, as another program writes it."""
    amount = right[AMOUNT].quantize(Decimal("0.000001"), context=WIDE)
    other = {**right, "tag": right.get("tag"), AMOUNT: amount, "currencyCode": right["currencyCode"].lower()}
    return {name.upper(): value for name, value in other.items()}


CASES = right_cases() | right_cases().flatmap(spoilt) | right_cases().flatmap(shuffled)
# A busy machine draws slowly.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(UNHURRIED)
@given(right_cases())
def test_what_has_nothing_wrong_in_it_passes(right: dict[str, Any]) -> None:
    assert claim(right).amount == right[AMOUNT]


@settings(UNHURRIED, max_examples=300)
@given(CASES)
def test_whatever_passes_fits_the_database(sent: dict[str, Any]) -> None:
    try:
        passed = claim(sent)
    except ApiError:
        reject()

    parts = [passed.over_24_months, passed.over_12_months, passed.over_6_months, passed.amount]
    known = [part for part in parts if part is not None]
    assert 0 < passed.amount <= MAX_AMOUNT
    assert known == sorted(known)
    assert (passed.over_24_months is None) == (passed.over_12_months is None)
    assert all(part == round(part, decimals(passed.currency)) for part in known)
    assert passed.currency in currencies()
    dated = passed.date or date(1970, 1, 1)
    assert dated <= NOW.date() + timedelta(days=1)
    assert passed.due_date is None or passed.due_date >= dated
    assert len(passed.creditor_reference) <= 50
    texts = [value for value in [*vars(passed).values(), *vars(passed.debtor).values()] if isinstance(value, str)]
    assert all("\x00" not in text and unicodedata.is_normalized("NFC", text) for text in texts)
    assert passed.debtor.name


@pytest.mark.slow
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(CASES, min_size=1, max_size=4))
def test_the_database_takes_whatever_passes(db: None, sent: list[dict[str, Any]]) -> None:
    try:
        claims = [case.claim() for case in read(Request, {"cases": sent}, at=NOW).cases]
    except ApiError:
        reject()

    with transaction.atomic():
        make_coverage(country="GB")
        outcomes = submit_cases(link=make_link(), claims=claims, assigned={}, at=NOW)
        check_now()
        transaction.set_rollback(True)

    assert [type(outcome) for outcome in outcomes] == [Created] * len(claims)


@settings(UNHURRIED)
@given(right_cases())
def test_claims_have_the_same_digest_if_they_say_the_same(right: dict[str, Any]) -> None:
    one, other = claim(right), claim(in_other_words(right))
    other = replace(other, amount=other.amount.normalize())

    assert one == other
    assert one.digest() == other.digest()


@settings(UNHURRIED, max_examples=50)
@given(right_cases().flatmap(lambda right: st.tuples(st.just(right), spoilt(right))))
def test_claims_have_another_digest_if_they_say_something_else(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    try:
        one, other = map(claim, both)
    except ApiError:
        reject()
    assume(one != other)

    assert one.digest() != other.digest()


def test_a_fact_that_is_not_said_is_not_in_the_digest() -> None:
    debtor = {"type": "Company"}

    said = _said({"amount": "1", "later": "", "much_later": None, "old": Decimal(0), "debtor": {**debtor, "x": False}})

    assert said == {"amount": "1", "old": Decimal(0), "debtor": debtor}


def test_a_claim_sent_in_other_words_is_the_same_claim() -> None:
    other = {**with_debtor(countryAlpha2="gb", type="company"), "currencyCode": "eur"}

    assert claim({**other, "amountToRecover": Decimal("1250.500")}).digest() == claim(CASE).digest()


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
