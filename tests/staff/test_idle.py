"""Sessions of staff: half an hour without a request and they are nobody's; signing out ends them on the server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from time_machine import Traveller

from staff.idle import COOKIE
from staff.models import Staff
from tests.make import make_staff
from tests.rows import everything
from tests.staff.conftest import sign_in

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def browser(clock: Traveller, db: None) -> Browser:
    """Somebody from support has signed in at noon."""
    browser = Browser()
    sign_in(browser, make_staff("Support"))
    return browser


def status(browser: Browser) -> int:
    return browser.get("/admin/clients/client/").status_code


def test_after_29_minutes_the_session_goes_on(browser: Browser, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=29))

    assert status(browser) == 200


def test_after_half_an_hour_and_a_second_one_must_sign_in(browser: Browser, clock: Traveller) -> None:
    clock.shift(HALF_AN_HOUR + SECOND)

    answer = browser.get("/admin/clients/client/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin/login/?next=/admin/clients/client/"


def test_each_request_begins_the_half_hour_anew_and_writes_no_row(browser: Browser, clock: Traveller) -> None:
    before = everything()

    clock.shift(timedelta(minutes=29))
    first = status(browser)
    clock.shift(timedelta(minutes=29))
    second = status(browser)

    assert (first, second) == (200, 200)
    assert everything() == before


def test_a_form_sent_too_late_does_nothing(browser: Browser, clock: Traveller) -> None:
    clock.shift(HALF_AN_HOUR + SECOND)
    before = everything()

    answer = browser.post("/admin/password_change/", {"old_password": "correct-horse-9"})

    assert answer.status_code == 302
    assert everything() == before


def test_who_was_away_signs_in_again(browser: Browser, clock: Traveller) -> None:
    clock.shift(HALF_AN_HOUR + SECOND)

    sign_in(browser, Staff.objects.get())

    assert status(browser) == 200


def test_a_colleague_signs_in_at_the_same_browser(browser: Browser) -> None:
    sign_in(browser, make_staff("Support"))

    assert status(browser) == 200


def test_without_the_note_of_the_last_request_a_session_is_nobodys(browser: Browser) -> None:
    del browser.cookies[COOKIE]

    assert status(browser) == 302


def test_the_note_of_another_session_does_not_count(browser: Browser) -> None:
    other = Browser()
    sign_in(other, make_staff("Support"))

    browser.cookies[COOKIE] = other.cookies[COOKIE].value

    assert status(browser) == 302


def test_cookies_are_for_http_alone(browser: Browser) -> None:
    noted, session = browser.cookies[COOKIE], browser.cookies["sessionid"]

    assert (noted["httponly"], noted["samesite"], noted["path"]) == (True, "Lax", "/")
    assert (session["httponly"], session["samesite"]) == (True, "Lax")


def test_signing_out_ends_the_session_on_the_server(browser: Browser) -> None:
    kept = {name: morsel.value for name, morsel in browser.cookies.items()}

    browser.post("/admin/logout/")
    browser.cookies.load(kept)

    assert status(browser) == 302
    assert not Session.objects.exists()


def test_signing_in_gives_the_session_another_name(browser: Browser) -> None:
    before = browser.cookies["sessionid"].value

    sign_in(browser, make_staff("Legal"))

    assert browser.cookies["sessionid"].value != before
