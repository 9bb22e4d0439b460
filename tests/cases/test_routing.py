"""Routing: the first that covers a debtor gets the case, and staff are told why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.claim import DebtorType
from cases.models import CollectionPartner, Coverage
from cases.routing import Considered, Routed, Wanted, explain_route, in_force, route_with_rates
from tests.make import make_collection_partner, make_coverage, make_rate

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DANE = Wanted("DK", "", DebtorType.COMPANY, Decimal(1000), "EUR")
CALIFORNIAN = replace(DANE, country="US", state_code="CA")


def route(wanted: Sequence[Wanted], *, at: datetime) -> list[UUID | None]:
    """The collection partner for each, in order."""
    return [each.collection_partner_id for each in route_with_rates(wanted, at=at)]


def routed(wanted: Wanted = DANE) -> str | None:
    """The name of the one who gets it."""
    [found] = route([wanted], at=NOW)
    return None if found is None else CollectionPartner.objects.get(pk=found).name


def named(name: str) -> CollectionPartner:
    return make_collection_partner(name=name)


def reasons(wanted: Wanted = DANE) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.coverage.collection_partner.name, each.against) for each in explain_route(wanted, at=NOW)]


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


def test_nobody_covers_a_country_that_nobody_covers() -> None:
    make_coverage(country="SE")

    assert routed() is None


def test_the_first_in_the_order_of_support_gets_it() -> None:
    make_coverage(named("Second"), position=2)
    make_coverage(named("First"), position=1)

    assert routed() == "First"


@pytest.mark.parametrize("fact", ["the partner", "its coverage"])
def test_who_is_inactive_is_passed_over(fact: str) -> None:
    collection_partner = make_collection_partner(is_active=fact != "the partner")
    make_coverage(collection_partner, is_active=fact != "its coverage")
    make_coverage(named("Next"))

    assert routed() == "Next"


def test_a_state_is_covered_by_itself_or_with_the_whole_country() -> None:
    make_coverage(named("Texas"), country="US", state="TX")
    make_coverage(named("California"), country="US", state="CA")
    make_coverage(named("All of it"), country="US")

    assert routed(CALIFORNIAN) == "California"
    assert routed(replace(CALIFORNIAN, state_code="NY")) == "All of it"


@pytest.mark.parametrize("state_code", ["AA", "AE", "AP"])
def test_nobody_collects_at_addresses_of_the_armed_forces(state_code: str) -> None:
    coverage = make_coverage(named("All of it"), country="US")
    soldier = replace(CALIFORNIAN, state_code=state_code)

    assert routed(soldier) is None
    assert routed(replace(soldier, collection_partner_id=coverage.collection_partner_id)) is None
    assert reasons(soldier) == [("All of it", ("nobody collects at addresses of the armed forces",))]


def test_a_type_of_debtor_is_covered_by_itself_or_with_both() -> None:
    make_coverage(named("Of companies"), debtor_type="Company")
    make_coverage(named("Of both"))

    assert routed() == "Of companies"
    assert routed(replace(DANE, debtor_type=DebtorType.PRIVATE)) == "Of both"


@pytest.mark.parametrize(("amount", "who"), [("999.9999", "Of the small"), ("1000", "Of the large")])
def test_a_minimum_in_the_same_currency_needs_no_rate(amount: str, who: str) -> None:
    make_coverage(named("Of the large"), minimum_amount=1000, minimum_currency="EUR")
    make_coverage(named("Of the small"))

    assert routed(replace(DANE, amount=Decimal(amount))) == who


@pytest.mark.parametrize(
    ("amount", "currency", "who"),
    [
        ("1080", "USD", "Of the large"),
        ("1079.99", "USD", "Of the small"),
        ("10800", "SEK", "Of the large"),
        ("10799.99", "SEK", "Of the small"),
        ("99999999", "NOK", "Of the small"),
    ],
)
def test_a_minimum_in_another_currency_is_compared_by_the_rates(amount: str, currency: str, who: str) -> None:
    make_rate("EUR", "1.08")
    make_rate("SEK", "0.10")
    make_coverage(named("Of the large"), minimum_amount=1000, minimum_currency="EUR")
    make_coverage(named("Of the small"))

    assert routed(replace(DANE, amount=Decimal(amount), currency=currency)) == who


def test_a_minimum_in_usd_is_compared_by_the_rate_of_the_claim() -> None:
    make_rate("EUR", "1.08")
    make_coverage(named("Of the large"), minimum_amount=1080, minimum_currency="USD")

    assert routed() == "Of the large"
    assert routed(replace(DANE, amount=Decimal("999.99"))) is None


def test_without_a_rate_of_the_minimum_the_coverage_does_not_apply() -> None:
    make_coverage(minimum_amount=1, minimum_currency="NOK")

    assert routed(replace(DANE, currency="USD")) is None


def test_the_newest_rate_that_has_begun_counts() -> None:
    make_rate("EUR", "0.50", date="2026-01-01")
    make_rate("EUR", "1.08", date="2026-11-24")
    make_rate("EUR", "9.00", date="2026-11-25")
    make_coverage(named("Of the large"), minimum_amount=1080, minimum_currency="USD")

    assert routed() == "Of the large"
    assert routed(replace(DANE, amount=Decimal(999))) is None


def test_who_is_asked_for_gets_it_before_the_first() -> None:
    make_coverage(named("First"))
    wanted = make_coverage(named("Wanted")).collection_partner

    assert routed(replace(DANE, collection_partner_id=wanted.pk)) == "Wanted"


def test_what_is_in_force_is_what_routing_does_not_refuse_for_good() -> None:
    for partner_is_active, is_active in product((True, False), repeat=2):
        make_coverage(make_collection_partner(is_active=partner_is_active), is_active=is_active)

    considered = {each.coverage: each.applies for each in explain_route(DANE, at=NOW)}

    assert len(considered) == 4
    assert {coverage for coverage, applies in considered.items() if applies} == set(in_force())


def test_who_is_asked_for_and_cannot_take_it_is_not_replaced() -> None:
    make_coverage(named("First"))
    inactive = make_coverage(make_collection_partner(is_active=False)).collection_partner
    elsewhere = make_coverage(country="SE").collection_partner
    too_small = make_coverage(minimum_amount=1001, minimum_currency="EUR").collection_partner
    asked_for = [inactive.pk, elsewhere.pk, too_small.pk, uuid4()]

    assert route([replace(DANE, collection_partner_id=each) for each in asked_for], at=NOW) == [None] * 4


def test_of_one_with_several_coverages_any_may_apply() -> None:
    wanted = make_coverage(debtor_type="Private").collection_partner
    make_coverage(wanted, debtor_type="Company")

    assert route([replace(DANE, collection_partner_id=wanted.pk)], at=NOW) == [wanted.pk]


def test_answers_come_in_the_order_of_the_questions_in_one_statement() -> None:
    danish, swedish = make_coverage(), make_coverage(country="SE")
    asked = [DANE, replace(DANE, country="NO"), replace(DANE, country="SE")] * 33

    with CaptureQueriesContext(connection) as queries:
        answers = route(asked, at=NOW)

    assert answers == [danish.collection_partner_id, None, swedish.collection_partner_id] * 33
    assert len(queries) == 1


def test_the_rate_of_the_claim_comes_along_whoever_covers_it() -> None:
    make_rate("EUR", "1.08")
    covering = make_coverage().collection_partner_id
    asked = [DANE, replace(DANE, currency="USD"), replace(DANE, currency="NOK", country="NO")]

    assert route_with_rates(asked, at=NOW) == [
        Routed(covering, Decimal("1.08")),
        Routed(covering, Decimal(1)),
        Routed(None, None),
    ]


def test_nothing_is_routed_of_nothing() -> None:
    assert route([], at=NOW) == []


def test_staff_are_told_why() -> None:
    make_rate("EUR", "1.08", date="2026-11-01")
    make_coverage(make_collection_partner(name="Gone", is_active=False), is_active=False)
    make_coverage(named("Private"), debtor_type="Private")
    make_coverage(named("Euro"), minimum_amount="1000", minimum_currency="EUR")
    make_coverage(named("Dollar"), minimum_amount="1000.5", minimum_currency="USD")
    make_coverage(named("Krone"), minimum_amount="5", minimum_currency="NOK")
    make_coverage(named("Open"))
    make_coverage(named("Elsewhere"), country="SE")

    assert reasons(replace(DANE, amount=Decimal(1000), currency="USD")) == [
        ("Gone", ("partner is inactive", "coverage is inactive")),
        ("Private", ("covers Private only",)),
        ("Euro", ("minimum 1,000.00 EUR is 1,080.00 USD at the rate of EUR of 2026-11-01",)),
        ("Dollar", ("minimum 1,000.50 USD",)),
        ("Krone", ("minimum 5.00 NOK, and there is no rate for NOK",)),
        ("Open", ()),
    ]


def test_staff_are_told_of_states_and_of_who_is_asked_for() -> None:
    make_coverage(named("Texas"), country="US", state="TX")
    wanted = make_coverage(named("Wanted"), country="US").collection_partner
    make_coverage(named("Another"), country="US")

    assert reasons(replace(CALIFORNIAN, collection_partner_id=wanted.pk)) == [
        ("Texas", ("covers TX only", "another collection partner was asked for")),
        ("Wanted", ()),
        ("Another", ("another collection partner was asked for",)),
    ]


def test_what_staff_are_told_is_what_happens() -> None:
    make_rate("EUR", "1.08")
    make_rate("SEK", "0.1")
    partners = _cover_in_every_way()
    asked = [
        Wanted("US", state, debtor_type, Decimal(amount), currency, wanted)
        for state, debtor_type, amount, currency, wanted in product(
            ["CA", "NY"],
            DebtorType,
            ["1", "833.33", "833.34", "900", "5000"],
            ["EUR", "USD", "SEK", "NOK", "ISK"],
            [None, *(partner.pk for partner in partners[:2])],
        )
    ]

    told = [_first(explain_route(wanted, at=NOW)) for wanted in asked]

    assert route(asked, at=NOW) == [coverage and coverage.collection_partner_id for coverage in told]
    assert len(set(told)) > 5


def _cover_in_every_way() -> list[CollectionPartner]:
    """By state, type, minimum and activity, the most special ones last in making and first in order."""
    partners = [make_collection_partner(is_active=number != 1) for number in range(6)]
    minimums = [(None, ""), (500, "EUR"), (900, "USD"), (9, "NOK")]
    for number, facts in enumerate(product(["", "CA"], ["", "Company"], minimums, [True, False])):
        state, debtor_type, (minimum, currency), is_active = facts
        make_coverage(
            partners[number % 6],
            country="US",
            state=state,
            debtor_type=debtor_type,
            minimum_amount=minimum,
            minimum_currency=currency,
            is_active=is_active,
            position=100 - number,
        )
    return partners


def _first(considered: list[Considered]) -> Coverage | None:
    return next((each.coverage for each in considered if each.applies), None)
