"""Whatever the schemas let pass fits the database, and has a digest of what it says."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from cases.api.schemas import MAX_AMOUNT
from cases.api.schemas.amounts import WIDE
from cases.claim import _said
from cases.currencies import currencies, decimals
from cases.submit_cases import Created, submit_cases
from edge.errors import ApiError
from edge.shapes import read
from tests.cases.api.sent import NOW, Request, claim, with_debtor
from tests.cases.bodies import CASE, DEBTOR
from tests.make import make_coverage, make_link
from tests.onboarding.bodies import Path, said
from tests.refused import check_now

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


@given(right_cases())
def test_what_has_nothing_wrong_in_it_passes(right: dict[str, Any]) -> None:
    assert claim(right).amount == right[AMOUNT]


@settings(max_examples=300)
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
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
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


@given(right_cases())
def test_claims_have_the_same_digest_if_they_say_the_same(right: dict[str, Any]) -> None:
    one, other = claim(right), claim(in_other_words(right))
    other = replace(other, amount=other.amount.normalize())

    assert one == other
    assert one.digest() == other.digest()


@settings(max_examples=50)
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
