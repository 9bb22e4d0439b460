"""Decisions as they are declared: for whom they are, and that looking and an empty reason decide nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.utils import timezone

from staff.decision_page import Decision
from staff.pages import StaffModelAdmin
from staff.site import site
from tests.make import make_client, make_staff
from tests.rows import everything
from tests.staff.conftest import Rows, sign_in
from tests.staff.urls import paths

NEXT_WEEK = f"{timezone.now() + timedelta(days=7):%Y-%m-%d}"
WHY = "They called, and the register says so"
# What each asks for beside the reason, filled in so that it can be done.
FILLED_IN: dict[str, dict[str, str]] = {
    "cases_case_move": {"close_code": "Paid"},
    "clients_client_add_admin": {"name": "Bo Berg", "email": "bo@acme.test"},
    "clients_client_correct_address": {"email": "jane.doe@acme.test"},
    "clients_client_correction": {"choice": "confirm"},
    "clients_client_release": {"choice": "office@acme.test"},
    "clients_client_rename": {"held": "Acme A/S", "name": "Acme Group A/S"},
    "clients_linkrequest_lift": {},
    "clients_signature_invalidate": {"told_client": "The signer has left the company."},
    "partners_apikey_revoke": {},
    "partners_referralpartner_make_key": {"label": "production", "kind": "live"},
    "partners_referralpartner_raise_limit": {
        "limit": "500",
        "last_day": NEXT_WEEK,
    },
    "staff_staff_enrol": {},
}


def declared() -> dict[str, Decision[Any]]:
    """All of them, by the name of the URL."""
    admins = [admin for admin in site._registry.values() if isinstance(admin, StaffModelAdmin)]
    return {
        f"{admin.opts.app_label}_{admin.opts.model_name}_{decision.name}": decision
        for admin in admins
        for decision in admin.decisions
    }


def test_every_decision_is_looked_at_here() -> None:
    assert declared().keys() == FILLED_IN.keys()


@pytest.mark.parametrize("name", FILLED_IN)
def test_a_decision_is_taken_by_post_with_a_reason_and_not_otherwise(superuser: Browser, rows: Rows, name: str) -> None:
    url, filled_in, before = paths(rows)[name], FILLED_IN[name], everything()

    looked, unreasoned = superuser.get(url, filled_in), superuser.post(url, {**filled_in, "why": " "})

    assert (looked.status_code, unreasoned.status_code) == (200, 200)
    assert unreasoned.context["form"].errors.keys() == {"why"}
    assert everything() == before

    superuser.post(url, {**filled_in, "why": WHY})

    assert everything() != before


@pytest.mark.parametrize("name", FILLED_IN)
def test_every_right_but_the_one_does_not_let_decide(rows: Rows, name: str) -> None:
    staff, browser = make_staff(), Browser()
    app, _, codename = (declared()[name].right or "").partition(".")
    staff.user_permissions.set(Permission.objects.exclude(content_type__app_label=app, codename=codename))
    sign_in(browser, staff)
    url, form, before = paths(rows)[name], {**FILLED_IN[name], "why": WHY}, everything()

    answers = [browser.get(url), browser.post(url, form)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert everything() == before


@pytest.mark.parametrize("name", FILLED_IN)
def test_a_decision_is_a_tool_of_those_alone_who_may_take_it(superuser: Browser, rows: Rows, name: str) -> None:
    viewer, onlooker = Browser(), make_staff()
    onlooker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    sign_in(viewer, onlooker)
    page = paths(rows)[f"{name.removesuffix(declared()[name].name)}change"]

    tool = f'href="{paths(rows)[name]}"'

    assert tool in superuser.get(page).content.decode()
    assert tool not in viewer.get(page).content.decode()


def test_a_correction_is_decided_on_the_page_of_its_own_client_alone(superuser: Browser, rows: Rows) -> None:
    url = paths(rows)["clients_client_correction"].replace(str(rows.client.pk), str(make_client().pk))

    answer = superuser.post(url, {"choice": "confirm", "why": WHY})

    assert answer.status_code == 404
