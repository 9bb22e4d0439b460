"""Passwords of staff: set by a superuser for a reason, changed by oneself; in the log either way, and told by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from procrastinate.contrib.django.models import ProcrastinateJob

from edge.errors import ApiError
from staff import passwords
from staff.history import history_of
from staff.models import FailedSignIn, Staff
from staff.tasks import mail_password_was_set
from tests.make import make_staff
from tests.rows import everything
from tests.staff.conftest import PASSWORD, sign_in

NEW = "another-horse-10"


@pytest.fixture
def sam(db: None) -> Staff:
    return make_staff("Support", email="sam@debitura.test")


def set_for(staff: Staff, by: Browser, **form: str) -> Any:
    """Fill in the page on which a superuser sets a password."""
    filled = {"new_password1": NEW, "new_password2": NEW, "why": "Forgotten", **form}
    return by.post(f"/admin/staff/staff/{staff.pk}/password/", filled)


def change_own(browser: Browser, **form: str) -> Any:
    filled = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW, **form}
    return browser.post("/admin/password_change/", filled)


def signed_in(staff: Staff, password: str = PASSWORD) -> Browser:
    browser = Browser()
    sign_in(browser, staff, password=password)
    return browser


def is_open(browser: Browser) -> bool:
    return browser.get("/admin/").status_code == 200


def mailed() -> list[mail.EmailMessage]:
    for job in ProcrastinateJob.objects.filter(task_name=mail_password_was_set.name):
        mail_password_was_set(**job.args)
    return mail.outbox


def test_a_password_that_a_superuser_sets_is_a_decision_in_the_log(superuser: Browser, sam: Staff) -> None:
    answer = set_for(sam, superuser)

    [happened] = history_of(sam)
    assert answer.status_code == 302
    assert (happened.what, happened.why, happened.who) == ("Set a new password", "Forgotten", "Sam Staff")
    assert is_open(signed_in(sam, NEW))
    assert not is_open(signed_in(sam, PASSWORD))


@pytest.mark.parametrize(
    "form",
    [{"why": ""}, {"why": " "}, {"new_password2": "x"}, {"new_password1": "short", "new_password2": "short"}],
    ids=["no reason", "a blank", "mistyped", "too short"],
)
def test_without_a_reason_or_a_good_password_none_is_set(superuser: Browser, sam: Staff, form: dict[str, str]) -> None:
    before = everything()

    answer = set_for(sam, superuser, **form)

    assert answer.status_code == 200
    assert everything() == before


def test_a_password_that_is_set_ends_the_colleagues_sessions(superuser: Browser, sam: Staff) -> None:
    theirs = signed_in(sam)
    before = is_open(theirs)

    set_for(sam, superuser)

    assert (before, is_open(theirs), is_open(superuser)) == (True, False, True)


def test_the_colleague_is_told_by_mail_who_set_it_and_not_what_it_is(superuser: Browser, sam: Staff) -> None:
    set_for(sam, superuser)

    [told] = mailed()
    assert told.to == ["sam@debitura.test"]
    assert "Sam Staff has set a new password" in told.body
    assert NEW not in str(told.message())


def test_a_superuser_who_sets_their_own_stays_signed_in(db: None) -> None:
    root = make_staff(is_superuser=True)
    browser, elsewhere = signed_in(root), signed_in(root)

    set_for(root, browser)

    assert (is_open(browser), is_open(elsewhere)) == (True, False)
    assert history_of(root)[0].what == "Changed their own password"


@pytest.mark.parametrize("role", ["Support", "Legal", "Partner managers", "Operations", "nobody"])
def test_nobody_but_superusers_sets_passwords(colleague: Callable[[str], Browser], sam: Staff, role: str) -> None:
    assert set_for(sam, colleague(role)).status_code == 403
    assert is_open(signed_in(sam))


def test_no_page_takes_the_password_away(superuser: Browser, sam: Staff) -> None:
    """Whoever may not sign in is made inactive, which is a decision; Django's own page would do it by the way."""
    set_for(sam, superuser, usable_password="false", **{"unset-password": "1"})
    superuser.post("/admin/staff/staff/add/", {"email": "b@debitura.test", "name": "B", "usable_password": "false"})

    sam.refresh_from_db()
    assert sam.has_usable_password()
    assert not Staff.objects.filter(email="b@debitura.test").exists()


@pytest.mark.parametrize("page", ["add/", "{}/change/"])
def test_no_account_is_written_without_a_reason(superuser: Browser, sam: Staff, page: str) -> None:
    form = {"email": "new@debitura.test", "name": "New", "is_superuser": "on", "is_active": "on"}
    before = everything()

    answer = superuser.post(
        f"/admin/staff/staff/{page.format(sam.pk)}", {**form, "password1": NEW, "password2": NEW, "why": ""}
    )

    assert answer.status_code == 200
    assert everything() == before


def test_ones_own_password_is_changed_and_that_is_in_the_log(sam: Staff) -> None:
    browser, elsewhere = signed_in(sam), signed_in(sam)

    answer = change_own(browser)

    [happened] = history_of(sam)
    [told] = mailed()
    assert answer.status_code == 302
    assert (happened.what, happened.why) == ("Changed their own password", "Their own")
    assert (is_open(browser), is_open(elsewhere)) == (True, False)
    assert "you have changed the password" in told.body


def test_the_password_of_before_is_guessed_no_more_often_than_at_signing_in(sam: Staff) -> None:
    browser = signed_in(sam)

    answers = [change_own(browser, old_password="wrong").status_code for _ in range(6)]

    assert answers == [200, 200, 200, 200, 429, 429]
    assert change_own(browser).status_code == 429
    assert FailedSignIn.objects.count() == 5


def test_of_many_hashes_at_once_few_are_made_and_the_rest_is_a_503(sam: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' settings have a quick hasher; this is the one that a server has."""
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    hasher = passwords.Argon2()
    kept = hasher.encode(NEW, hasher.salt())

    for _ in range(passwords.AT_ONCE):
        passwords._places.acquire()
    with pytest.raises(ApiError) as refused:
        hasher.verify(NEW, kept)
    for _ in range(passwords.AT_ONCE):
        passwords._places.release()

    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "2"})
    assert hasher.verify(NEW, kept)
    assert not hasher.verify("wrong", kept)


def test_who_waits_for_a_place_keeps_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[bool] = []
    monkeypatch.setattr(passwords, "give_connections_back", lambda: given_back.append(True))

    hasher = passwords.Argon2()
    hasher.verify(NEW, hasher.encode(NEW, hasher.salt()))

    assert given_back == [True, True]
