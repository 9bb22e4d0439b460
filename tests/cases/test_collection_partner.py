"""Collection partners, what they cover, and rates: what the database refuses of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.models import CollectionPartner, Coverage, ExchangeRate
from tests.make import make_collection_partner, make_coverage, make_rate
from tests.refused import check_now, refused


def named(name: str) -> Any:
    return make_collection_partner(name=name)


def sharing(percentage: str) -> Any:
    return make_collection_partner(platform_share_percentage=percentage)


def covering(**facts: Any) -> Any:
    return make_coverage(**facts)


REFUSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "no name": ("collection_partner_has_a_name", lambda: named("")),
    "more than all": ("platform_share_is_a_percentage", lambda: sharing("100.01")),
    "less than nothing": ("platform_share_is_a_percentage", lambda: sharing("-0.01")),
    "a country by name": ("coverage_country_is_alpha_2", lambda: covering(country="dk")),
    "a state elsewhere": ("only_the_us_is_covered_by_state", lambda: covering(state="CA")),
    "a state by name": ("only_the_us_is_covered_by_state", lambda: covering(country="US", state="c1")),
    "an unknown type": ("coverage_is_of_known_debtor_types", lambda: covering(debtor_type="Person")),
    "amount alone": ("a_minimum_has_amount_and_currency", lambda: covering(minimum_amount=5)),
    "currency alone": ("a_minimum_has_amount_and_currency", lambda: covering(minimum_currency="EUR")),
    "nothing at least": (
        "a_minimum_has_amount_and_currency",
        lambda: covering(minimum_amount=0, minimum_currency="EUR"),
    ),
    "no currency": ("rate_is_of_a_currency", lambda: make_rate("eur")),
    "a rate of nothing": ("rate_is_positive", lambda: make_rate(usd_per_unit="0")),
    "a rate of USD": ("usd_is_what_others_are_compared_by", lambda: make_rate("USD", "1")),
}


@pytest.mark.parametrize(("rule", "act"), REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(db: None, rule: str, act: Callable[[], Any]) -> None:
    with refused(rule):
        act()


def test_a_name_is_given_once(db: None) -> None:
    named("Inkasso Nord")

    with refused("name"):
        named("Inkasso Nord")


def test_there_is_one_rate_for_a_currency_and_a_day(db: None) -> None:
    make_rate(date="2026-11-01")

    with refused("one_rate_per_currency_and_day"):
        make_rate(date="2026-11-01")


def test_two_positions_can_be_swapped_in_a_transaction(db: None) -> None:
    first, second = make_coverage(position=1), make_coverage(position=2)

    Coverage.objects.filter(pk=first.pk).update(position=2)
    Coverage.objects.filter(pk=second.pk).update(position=1)
    check_now()

    assert list(Coverage.objects.all()) == [second, first]


def test_a_position_is_taken_once_in_a_country(db: None) -> None:
    make_coverage(position=1)
    make_coverage(position=1, country="SE")
    check_now()

    with refused("a_position_is_taken_once_in_a_country"):
        make_coverage(position=1)


def test_changes_are_kept_without_the_address(db: None) -> None:
    collection_partner = make_collection_partner(name="Before")
    coverage = make_coverage(collection_partner, position=3)
    rate = make_rate(usd_per_unit="1.08")

    CollectionPartner.objects.update(name="After", office_email="new@inkasso.test")
    Coverage.objects.update(position=4)
    ExchangeRate.objects.update(usd_per_unit="1.09")

    assert history("name", collection_partner) == ["Before"]
    assert history("position", coverage) == [3]
    assert history("usd_per_unit", rate) == [Decimal("1.08")]
    assert "office_email" not in {field.name for field in events(collection_partner).model._meta.fields}


def test_the_newest_rate_that_has_begun_counts(db: None) -> None:
    make_rate("EUR", "1.05", date="2026-01-01")
    make_rate("EUR", "1.08", date="2026-11-01")
    make_rate("EUR", "1.20", date="2026-11-02")
    make_rate("SEK", "0.10", date="2026-12-01")

    rates = ExchangeRate.objects.usd_per_unit(["EUR", "SEK", "USD"], on=date(2026, 11, 1))

    assert rates == {"EUR": Decimal("1.08"), "USD": Decimal(1)}


def events(row: Any) -> Any:
    return row.events.all()


def history(field: str, row: Any) -> list[Any]:
    return list(events(row).values_list(field, flat=True))
