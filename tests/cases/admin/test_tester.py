"""The tester of coverage in the admin."""

from __future__ import annotations

from typing import Any

from django.test import Client as Browser

from tests.cases.admin.conftest import COVERAGE, says
from tests.make import (
    make_collection_partner,
    make_coverage,
    make_rate,
)
from tests.staff.conftest import errors


def ask(browser: Browser, **changes: str) -> Any:
    form = {"country": "DK", "state": "", "debtor_type": "Company", "amount": "1000", "currency": "EUR", **changes}
    return browser.get(f"{COVERAGE}tester/", form)


def test_the_tester_says_who_collects_and_why_the_others_do_not(olga: Browser) -> None:
    make_rate("EUR", "1.08")
    make_coverage(make_collection_partner(name="Only large"), minimum_amount=5000, minimum_currency="USD")
    make_coverage(make_collection_partner(name="Only people"), debtor_type="Private")
    make_coverage(make_collection_partner(name="The one"))
    make_coverage(make_collection_partner(name="The next"))

    answer = ask(olga)

    assert answer.context["winner"].collection_partner.name == "The one"
    assert "Minimum 5,000.00 USD is 4,629.63 EUR at the rate of" in says(answer)
    assert "Covers Private only." in says(answer)
    assert "Would take it." in says(answer)


def test_the_tester_says_where_nobody_is(olga: Browser) -> None:
    assert "Nobody covers Norway yet." in says(ask(olga, country="NO"))


def test_the_tester_asks_as_a_partner_does(olga: Browser) -> None:
    wrong = [ask(olga, country="US"), ask(olga, currency="DEM"), ask(olga, amount="0"), ask(olga, country="")]

    assert [list(errors(answer)) for answer in wrong] == [["state"], ["currency"], ["amount"], ["country"]]


def test_before_anything_is_asked_the_tester_is_an_empty_form(olga: Browser) -> None:
    answer = olga.get(f"{COVERAGE}tester/")

    assert not answer.context["form"].is_bound
    assert "Nobody covers" not in says(answer)
