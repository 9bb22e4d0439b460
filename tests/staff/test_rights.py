"""Who may see and do what: role by URL by method. A URL that is not named here fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.test import Client as Browser

from staff.groups import rights_of
from tests.make import make_staff
from tests.staff.conftest import Rows, sign_in
from tests.staff.roles import NOBODY, ROLES, SUPPORT, expected
from tests.staff.urls import paths


@pytest.mark.parametrize(
    "role",
    [SUPPORT, NOBODY, *(pytest.param(role, marks=pytest.mark.slow) for role in ROLES if role not in (SUPPORT, NOBODY))],
)
def test_each_role_sees_what_is_its_own(colleague: Callable[[str], Browser], rows: Rows, role: str) -> None:
    browser = colleague(role)

    answers = {name: browser.get(path).status_code for name, path in paths(rows).items()}

    assert answers == expected(role, 0)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_each_role_sends_what_is_its_own(colleague: Callable[[str], Browser], rows: Rows, role: str) -> None:
    browser = colleague(role)
    urls = paths(rows)
    last = {"logout": urls.pop("logout")}

    answers = {name: browser.post(path).status_code for name, path in [*urls.items(), *last.items()]}

    assert answers == expected(role, 1)


def test_without_signing_in_every_url_leads_to_the_sign_in_page(client: Browser, rows: Rows) -> None:
    urls = {name: path for name, path in paths(rows).items() if name != "login"}

    answers = [answer for path in urls.values() for answer in (client.get(path), client.post(path))]

    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["Location"].partition("?")[0] for answer in answers} <= {"/admin/login/", "/admin/"}


def test_a_right_given_to_somebody_does_not_open_the_pages_of_superusers(rows: Rows) -> None:
    staff = make_staff()
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["staff", "auth"]))
    browser = Browser()
    sign_in(browser, staff)

    answers = [
        browser.get(f"/admin/{page}/").status_code for page in ("staff/staff", "auth/group", "staff/failedsignin")
    ]

    assert answers == [403, 403, 403]


def test_every_right_that_an_app_declares_exists(db: None) -> None:
    declared = {
        (app.label, codename)
        for app in apps.get_app_configs()
        for codenames in rights_of(app).values()
        for codename in codenames
    }

    assert declared == set(
        Permission.objects.filter(group__isnull=False).values_list("content_type__app_label", "codename")
    )
    assert {label for label, _ in declared} == {"partners", "clients", "cases", "onboarding"}
