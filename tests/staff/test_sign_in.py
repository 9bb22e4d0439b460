"""Signing in: after some wrong passwords it is closed for a quarter of an hour, to where they came from."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client as Browser
from pytest_django.fixtures import Settings
from time_machine import Traveller

from debitura import settings as production
from staff.models import FailedSignIn, Staff
from staff.tasks import forget_failed_sign_ins
from tests.conftest import Lines
from tests.make import make_staff
from tests.race import in_thread, second_connection, wait_until_blocked
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


def attempt(
    password: str,
    *,
    name: str = "sam@debitura.test",
    at: str = HERE,
    forwarded: str = "",
    browser: Browser | None = None,
) -> int:
    """What signing in is answered: 302 when it is right, 200 when it is wrong, 429 when the account is closed."""
    form = {"username": name, "password": password}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer: Any = (browser or Browser()).post("/admin/login/", form, REMOTE_ADDR=at, headers=headers)
    return int(answer.status_code)


def fail(times: int, **more: Any) -> list[int]:
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
    assert "Please wait a quarter of an hour" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert sam.email not in answer.content.decode()


def addresses(many: int, *, network: str = "203.0.{}.9") -> list[str]:
    return [network.format(number) for number in range(many)]


def test_ten_wrong_passwords_from_anywhere_close_an_account_to_whoever_is_new_there(sam: Staff) -> None:
    answers = [attempt("wrong", at=address) for address in addresses(12)]

    assert answers == [200] * 9 + [429] * 3
    assert attempt(PASSWORD, at=THERE) == 429


def test_ten_wrong_passwords_from_a_network_close_it_to_other_accounts(sam: Staff) -> None:
    answers = [attempt("wrong", name=f"colleague-{number}@debitura.test") for number in range(12)]

    assert answers == [200] * 9 + [429] * 3
    assert attempt(PASSWORD) == 429
    assert attempt(PASSWORD, at=THERE) == 302


@pytest.mark.parametrize("network", ["198.51.100.{}", "2001:db8:7:{}::9"])
def test_neighbours_in_a_network_count_together(sam: Staff, network: str) -> None:
    tries = [f"colleague-{number}@debitura.test" for number in range(10)]
    [attempt("wrong", name=name, at=at) for name, at in zip(tries, addresses(10, network=network), strict=True)]

    assert attempt(PASSWORD, at=network.format(99)) == 429


def test_without_a_known_address_no_network_is_closed(sam: Staff) -> None:
    [attempt("wrong", name=f"colleague-{number}@debitura.test", at="") for number in range(12)]

    assert attempt(PASSWORD, at="") == 302


def test_a_strangers_guesses_do_not_close_a_browser_in_which_one_has_signed_in(sam: Staff) -> None:
    own = Browser()
    attempt(PASSWORD, browser=own)
    [attempt("wrong", at=address) for address in addresses(12)]
    [attempt("wrong", name=f"colleague-{number}@debitura.test") for number in range(12)]

    assert attempt(PASSWORD) == 429
    assert attempt(PASSWORD, browser=own) == 302
    assert attempt(PASSWORD, browser=own, at=THERE) == 302


def test_in_a_known_browser_five_wrong_passwords_close_the_account_there_alone(sam: Staff) -> None:
    own = Browser()
    attempt(PASSWORD, browser=own)

    assert fail(5, browser=own) == [200, 200, 200, 200, 429]
    assert attempt(PASSWORD, browser=own) == 429
    assert attempt(PASSWORD) == 302


def test_a_browser_knows_the_account_that_was_signed_in_to_and_no_other(sam: Staff) -> None:
    make_staff("Legal", email="lea@debitura.test")
    own = Browser()
    attempt(PASSWORD, browser=own, name="lea@debitura.test")

    [attempt("wrong", at=address) for address in addresses(10)]

    assert attempt(PASSWORD, browser=own) == 429


def test_a_browser_knows_an_account_for_ninety_days_and_says_nobodys_name(sam: Staff, clock: Traveller) -> None:
    own = Browser()
    attempt(PASSWORD, browser=own)
    cookie = own.cookies["staff_browser"]

    clock.shift(timedelta(days=90, seconds=1))
    [attempt("wrong", at=address) for address in addresses(10)]

    assert attempt(PASSWORD, browser=own) == 429
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert "sam" not in cookie.value


def test_a_cookie_of_ones_own_making_is_no_known_browser(sam: Staff) -> None:
    own = Browser()
    attempt(PASSWORD, browser=own)
    own.cookies["staff_browser"] = own.cookies["staff_browser"].value[:-1] + "x"
    [attempt("wrong", at=address) for address in addresses(10)]

    assert attempt(PASSWORD, browser=own) == 429


def test_signing_in_gives_nobody_else_new_tries(sam: Staff) -> None:
    [attempt("wrong", at=address) for address in addresses(9)]
    attempt(PASSWORD, at=THERE)

    assert [attempt("wrong", at=address) for address in addresses(2, network="203.1.{}.9")] == [429, 429]


def test_where_it_is_closed_no_password_is_looked_at(sam: Staff) -> None:
    fail(5)

    with patch("django.contrib.auth.backends.check_password_with_timing_attack_mitigation") as look:
        fail(3)

    assert not look.called


@pytest.mark.django_db(transaction=True)
def test_guesses_in_parallel_are_as_few_as_one_after_another(sam: Staff) -> None:
    fail(4)

    with ThreadPoolExecutor(3) as pool:
        with second_connection() as other:
            other.execute("SELECT pg_advisory_xact_lock(hashtextextended('sign-in:sam@debitura.test', 0))")
            guesses = [in_thread(pool, lambda: attempt("wrong")) for _ in range(3)]
            wait_until_blocked(3)
        answers = [guess.result(timeout=20) for guess in guesses]

    assert answers == [429, 429, 429]
    assert FailedSignIn.objects.count() == 5


MARKS = "a" + "\u0301\u0323" * 90_000


@pytest.mark.parametrize(
    "name",
    ["x" * 255, "x" * 256, "x" * 390_000, MARKS, "\ufdfa" * 254, "\u0130" * 254, "\ufdfa" * 130_000],
    ids=["255", "256", "a whole form", "marks", "grows", "grows in small letters", "a whole form that grows"],
)
def test_a_long_name_is_nobodys_and_costs_nothing(sam: Staff, name: str) -> None:
    attempt("wrong")
    began = process_time()

    assert attempt("wrong", name=name) == 200

    assert process_time() - began < 0.1


def test_a_name_that_is_too_long_is_not_looked_up(sam: Staff) -> None:
    attempt("wrong", name="x" * 255)

    assert not FailedSignIn.objects.exists()


def test_a_password_from_before_is_kept_anew_when_it_is_used(sam: Staff, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    sam.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6, iterations=1)
    sam.save(update_fields=["password"])

    before = attempt(PASSWORD)
    sam.refresh_from_db()

    assert before == 302
    assert sam.password.startswith("argon2$argon2id$v=19$m=32768,t=3,p=1$")
    assert attempt(PASSWORD) == 302
    assert attempt("wrong") == 200


def test_failed_sign_ins_are_forgotten_after_ninety_days(sam: Staff, clock: Traveller) -> None:
    fail(1)
    clock.shift(timedelta(days=89))
    fail(1, name="lea@debitura.test")

    clock.shift(timedelta(days=1, seconds=1))
    forget_failed_sign_ins(timestamp=0)

    assert [each.name for each in FailedSignIn.objects.all()] == ["lea@debitura.test"]


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

    kept = FailedSignIn.objects.values().get()
    assert kept["name"] == "sam@debitura.test"
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
