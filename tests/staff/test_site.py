"""The admin as a whole: every model has its place, lists stay quick, and what is decided cannot be written."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import ReferralPartnerClientLink
from staff.models import FailedSignIn
from staff.site import site
from tests.make import (
    make_agreement,
    make_client,
    make_code,
    make_key,
    make_link,
    make_partner,
    make_second_factor,
    make_signature,
    make_staff,
    make_user,
)
from tests.rows import everything
from tests.staff.conftest import Rows
from tests.staff.roles import SUPERUSER, expected
from tests.staff.urls import paths

NOT_IN_THE_ADMIN = {
    "staff.SecondFactor": "the rows of otp_totp.TOTPDevice, whose pages show no key",
    "clients.EmailAddress": "the addresses of clients and users once more, to be found by; search uses them",
    "clients.AgreementHistory": "shown as the history of the agreement",
    "clients.ClientHistory": "shown as the history of the client",
    "clients.UserHistory": "shown as the history of the client",
    "clients.ReferralPartnerClientLinkHistory": "shown as the history of the link",
    "partners.ReferralPartnerHistory": "shown as the history of the partner",
    "clients.LinkConflictHistory": "shown as the history of the conflict",
    "clients.LinkRequestHistory": "shown as the history of the request",
    "clients.LinkConflictMatch": "on the page of its conflict",
    "cases.KeptClaims": "shown with the request that they came with",
    "cases.CaseTransition": "on the page of its case",
    "cases.CollectionPartnerHistory": "shown as the history of the collection partner",
    "cases.CoverageHistory": "shown as the history of the coverage",
    "cases.ExchangeRateHistory": "shown as the history of the rate",
    "clients.LinkConflictAddress": "on the page of its conflict",
    "onboarding.AskedFor": "hashes that limit how often a partner asks",
    "onboarding.KeptForm": "what visitors typed and did not save: nobody's business yet",
    "admin.LogEntry": "shown as the history of what it is about",
    "pghistory.Context": "shown with the history of what changed",
    "pghistory.Events": "a view over all history that nothing uses",
    "pghistory.MiddlewareEvents": "a view over all history that nothing uses",
    "auth.Permission": "shown with the groups that have them",
    "contenttypes.ContentType": "Django's own",
    "sessions.Session": "who holds one is signed in: nobody may read them",
    "procrastinate.ProcrastinateJob": "the queue; docs/operations.md says how to look at it",
    "procrastinate.ProcrastinateEvent": "the queue",
    "procrastinate.ProcrastinateWorker": "the queue",
    "procrastinate.ProcrastinatePeriodicDefer": "the queue",
}
READ_ONLY = [
    "clients_client",
    "clients_user",
    "clients_referralpartnerclientlink",
    "clients_signature",
    "clients_signeddocument",
    "onboarding_emailcode",
    "partners_apikey",
    "auth_group",
    "otp_totp_totpdevice",
    "staff_failedsignin",
]


def test_every_model_is_in_the_admin_or_named_as_not() -> None:
    models = {model._meta.label for model in apps.get_models()}
    shown = {model._meta.label for model in site._registry}

    assert models - shown == set(NOT_IN_THE_ADMIN)


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_is_only_shown_is_written_by_no_form_even_of_a_superuser(
    superuser: Browser, rows: Rows, name: str
) -> None:
    urls = paths(rows)
    before = everything()
    form = {
        "name": "Forged",
        "email": "forged@evil.test",
        "fee_percentage": "99",
        "tries": "0",
        "why": "x",
        "post": "y",
    }

    statuses = [superuser.post(urls[f"{name}_{page}"], form).status_code for page in ("add", "change", "delete")]

    assert statuses == [403, 403, 403]
    assert everything() == before


def test_no_list_has_an_action_or_a_field_to_write_in() -> None:
    assert {(admin.actions, tuple(admin.list_editable)) for admin in site._registry.values()} == {(None, ())}


@pytest.mark.slow
def test_a_list_of_fifty_takes_as_many_statements_as_a_list_of_one(superuser: Browser, rows: Rows) -> None:
    lists = {name: path for name, path in paths(rows).items() if name.endswith("_changelist")}
    at_one = {name: statements(superuser, path) for name, path in lists.items()}

    fifty_more()

    assert {name: statements(superuser, path) for name, path in lists.items()} == at_one


def test_the_page_of_a_client_takes_as_many_statements_for_ten_users_and_links_as_for_one(
    superuser: Browser, rows: Rows
) -> None:
    path = paths(rows)["clients_client_change"]
    superuser.get(path)  # content types are looked up once
    at_one = statements(superuser, path)

    ten_more(rows)

    assert statements(superuser, path) == at_one


def statements(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)


def fifty_more() -> None:
    """Of everything that has a list."""
    for number in range(49):
        partner = make_partner()
        make_key(partner)
        link = make_link(partner=partner, client=make_client(colleagues=(f"ib{number}@acme.test",)))
        make_signature(link)
        make_code(link)
        make_agreement(number=number + 100)
        staff = make_staff("Support")
        make_second_factor(staff)
        FailedSignIn.objects.create(at=timezone.now(), name=staff.email, address="192.0.2.9")


def ten_more(rows: Rows) -> None:
    """Users, archived links and signatures of the one client."""
    now = timezone.now()
    for number in range(10):
        ReferralPartnerClientLink.objects.filter(archived_at=None).update(archived_at=timezone.now())
        make_user(rows.client, email=f"ib{number}@acme.test")
        make_agreement(number=number + 10, published_at=now)
        make_signature(make_link(client=rows.client, tenant_id=f"t-{number}"))


@pytest.mark.parametrize(
    ("model", "term"),
    [
        ("partners/referralpartner", "ledgerly software"),
        ("partners/apikey", "production"),
        ("clients/user", "JANE@acme.test"),
        ("clients/signature", "jane@acme.test"),
        ("clients/signeddocument", "acme"),
        ("clients/agreement", "draft of lea"),
        ("staff/staff", "sam.0@"),
        ("auth/group", "legal"),
        ("staff/failedsignin", "192.0.2.7"),
        ("otp_totp/totpdevice", "sam"),
    ],
)
def test_each_list_is_searched(superuser: Browser, rows: Rows, model: str, term: str) -> None:
    found = superuser.get(f"/admin/{model}/", {"q": term}).context["cl"].result_list
    nothing = superuser.get(f"/admin/{model}/", {"q": "nobody is called this"}).context["cl"].result_list

    assert len(found) == 1
    assert len(nothing) == 0


def test_codes_are_found_by_the_id_of_link_and_client(superuser: Browser, rows: Rows) -> None:
    terms = map(str, [rows.code.pk, rows.link.pk, rows.client.pk])

    found = [
        list(superuser.get("/admin/onboarding/emailcode/", {"q": term}).context["cl"].result_list) for term in terms
    ]

    assert found == [[rows.code]] * 3


def test_the_page_of_a_code_shows_neither_code_nor_address(superuser: Browser, rows: Rows) -> None:
    page = superuser.get(paths(rows)["onboarding_emailcode_change"]).content.decode()

    assert rows.code.text() not in page
    assert rows.code.hash not in page
    assert rows.code.browser not in page
    assert "jane@acme.test" not in page


def test_an_id_that_is_nobodys_is_not_repeated_in_a_cookie(superuser: Browser, rows: Rows) -> None:
    answer = superuser.get("/admin/clients/client/jane@acme.test/change/")

    assert answer.status_code == 302
    assert "jane" not in str(superuser.cookies["messages"].value)
    assert "There is no such client." in superuser.get(answer.headers["Location"]).content.decode()


def test_what_was_saved_is_not_named_in_a_cookie(superuser: Browser, rows: Rows) -> None:
    form = {"email": "nina@debitura.test", "name": "Nina New", "why": "Begins", "password1": "another-horse-10"}

    answer = superuser.post("/admin/staff/staff/add/", {**form, "password2": "another-horse-10"})

    assert answer.status_code == 302
    assert "Nina" not in superuser.cookies["messages"].value
    assert "Saved." in superuser.get(answer.headers["Location"]).content.decode()


@pytest.mark.slow
def test_no_page_with_data_may_be_kept_by_a_cache(superuser: Browser, rows: Rows) -> None:
    without_data = {"jsi18n", "password_change", "password_change_done"}
    answers = {name: superuser.get(path) for name, path in paths(rows).items() if name not in without_data}

    shown = {name: answer for name, answer in answers.items() if answer.status_code == 200}
    kept = {name for name, answer in shown.items() if "no-store" not in answer.headers.get("Cache-Control", "")}

    assert kept == set()
    assert shown.keys() == {name for name, status in expected(SUPERUSER, 0).items() if status == 200} - without_data
