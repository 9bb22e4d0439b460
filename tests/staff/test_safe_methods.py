"""GET, HEAD and OPTIONS change nothing, whoever asks: scanners, prefetching browsers, a colleague who only looks."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from tests.make import make_staff
from tests.rows import everything
from tests.staff.conftest import Rows, sign_in
from tests.staff.roles import OWN_PAGES, SUPERUSER, expected
from tests.staff.urls import paths

# What answers another method otherwise than GET: views of Django that look for GET, and ours that are for GET and POST.
OTHERWISE: dict[str, dict[str, int]] = {
    "GET": {},
    "HEAD": {"login": 200},
    "OPTIONS": {
        **dict.fromkeys(("login", "logout", "autocomplete"), 200),
        **dict.fromkeys(OWN_PAGES.keys() - {"auth_user_password_change"}, 405),
    },
}
SAFE = ["GET", pytest.param("HEAD", marks=pytest.mark.slow), pytest.param("OPTIONS", marks=pytest.mark.slow)]


@pytest.mark.parametrize("method", SAFE)
def test_looking_at_every_page_changes_no_row(superuser: Browser, rows: Rows, method: str) -> None:
    urls = paths(rows)
    before = everything()

    answers = {name: superuser.generic(method, path).status_code for name, path in urls.items()}

    assert everything() == before
    assert answers == {**expected(SUPERUSER, 0), **OTHERWISE[method]}


@pytest.mark.parametrize("method", SAFE)
def test_a_session_that_a_new_password_ended_is_nobodys_and_no_row_says_so(db: None, method: str) -> None:
    staff, browser = make_staff("Support"), Browser()
    sign_in(browser, staff)
    staff.set_password("another-horse-9")
    staff.save()
    before = everything()

    answer = browser.generic(method, "/admin/")

    assert answer.status_code == 302
    assert everything() == before
