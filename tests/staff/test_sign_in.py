"""Signing in: five wrong passwords close an account to the address they came from, for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client as Browser
from pytest_django.fixtures import Settings
from time_machine import Traveller

from debitura.staff.models import Staff
from tests.conftest import Lines
from tests.make import make_staff
from tests.rows import everything
from tests.staff.conftest import PASSWORD

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE, THERE, PROXY = "192.0.2.7", "198.51.100.9", "10.0.0.7"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def sam(db: None) -> Staff:
    return make_staff("Support", email="sam@debitura.test")


def attempt(password: str, *, name: str = "sam@debitura.test", at: str = HERE, forwarded: str = "") -> int:
    """What signing in is answered: 302 when it is right, 200 when it is wrong, 429 when the account is closed."""
    form = {"username": name, "password": password}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer: Any = Browser().post("/admin/login/", form, REMOTE_ADDR=at, headers=headers)
    return int(answer.status_code)


def fail(times: int, **more: str) -> list[int]:
    return [attempt(f"wrong-{number}", **more) for number in range(times)]


def test_after_five_wrong_passwords_the_right_one_is_refused(sam: Staff) -> None:
    assert fail(5) == [200, 200, 200, 200, 429]

    assert attempt(PASSWORD) == 429


def test_after_four_wrong_passwords_the_right_one_opens_and_the_count_begins_anew(sam: Staff) -> None:
    assert fail(4) == [200] * 4
    assert attempt(PASSWORD) == 302

    assert fail(4) == [200] * 4
    assert attempt(PASSWORD) == 302


def test_from_another_address_the_account_stays_open(sam: Staff) -> None:
    fail(5)

    assert attempt(PASSWORD, at=THERE) == 302


def test_other_accounts_stay_open_from_the_same_address(sam: Staff) -> None:
    make_staff("Legal", email="lea@debitura.test")
    fail(5)

    assert attempt(PASSWORD, name="lea@debitura.test") == 302


def test_after_a_quarter_of_an_hour_the_account_is_open_again(sam: Staff, clock: Traveller) -> None:
    fail(5)

    clock.shift(timedelta(minutes=14, seconds=59))
    still = attempt(PASSWORD)
    clock.shift(timedelta(seconds=2))

    assert (still, attempt(PASSWORD)) == (429, 302)


def test_who_goes_on_guessing_does_not_keep_the_account_closed(sam: Staff, clock: Traveller) -> None:
    fail(5)
    clock.shift(timedelta(minutes=10))
    fail(5)

    clock.shift(timedelta(minutes=5, seconds=1))

    assert attempt(PASSWORD) == 302


def test_each_way_to_write_the_address_counts_on_the_same_account(sam: Staff) -> None:
    names = ["sam@debitura.test", "SAM@debitura.test", " sam@debitura.test ", "Sam@Debitura.Test", "sam@debitura.test"]

    [attempt("wrong", name=name) for name in names]

    assert attempt(PASSWORD) == 429


def test_an_address_that_nobody_has_is_answered_like_one_that_somebody_has(db: None) -> None:
    assert fail(5, name="nobody@debitura.test") == [200, 200, 200, 200, 429]


def test_a_strangers_forwarded_address_does_not_get_around_the_throttle(sam: Staff) -> None:
    [attempt("wrong", forwarded=f"203.0.113.{number}") for number in range(5)]

    assert attempt(PASSWORD, forwarded="203.0.113.99") == 429


def test_behind_a_trusted_proxy_visitors_are_told_apart(sam: Staff, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [PROXY]

    fail(5, at=PROXY, forwarded=HERE)

    assert attempt(PASSWORD, at=PROXY, forwarded=HERE) == 429
    assert attempt(PASSWORD, at=PROXY, forwarded=THERE) == 302


def test_the_page_for_who_failed_too_often_says_what_to_do(sam: Staff) -> None:
    fail(4)

    answer = Browser().post("/admin/login/", {"username": sam.email, "password": "wrong"}, REMOTE_ADDR=HERE)

    assert answer.status_code == 429
    assert "Please wait 15 minutes" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert sam.email not in answer.content.decode()


def test_neither_address_nor_password_is_in_logs(sam: Staff, logged: Lines) -> None:
    fail(6)
    attempt(PASSWORD, at=THERE)

    said = logged.getvalue()
    assert logged.all("request_finished")
    assert "sam@debitura.test" not in said
    assert "wrong-" not in said
    assert PASSWORD not in said
    assert HERE not in said


def test_what_is_kept_of_an_attempt_holds_no_password(sam: Staff) -> None:
    fail(1)

    kept = AccessAttempt.objects.values().get()
    assert kept["username"] == "sam@debitura.test"
    assert "wrong-0" not in str(kept)


def test_an_inactive_account_is_answered_as_if_it_were_not_there(sam: Staff) -> None:
    sam.is_active = False
    sam.save(update_fields=["is_active"])

    assert attempt(PASSWORD) == 200


def test_a_form_without_its_token_is_refused_and_counts_nothing(sam: Staff) -> None:
    before = everything()

    answer = Browser(enforce_csrf_checks=True).post("/admin/login/", {"username": sam.email, "password": "wrong"})

    assert answer.status_code == 403
    assert everything() == before


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "javascript:alert(1)"])
def test_signing_in_never_leads_away_from_the_site(sam: Staff, elsewhere: str) -> None:
    form = {"username": sam.email, "password": PASSWORD, "next": elsewhere}

    answer: Any = Browser().post("/admin/login/", form)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
