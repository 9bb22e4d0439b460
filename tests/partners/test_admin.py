"""Partners and their keys in the admin."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Agreement
from partners.admin.partner_admin import PNG
from partners.models import ReferralPartner
from tests.conftest import Lines
from tests.make import make_key
from tests.rows import everything, tables_with
from tests.staff.conftest import colleague, errors

__all__ = ["colleague"]

WHY = "They asked for it in ticket 7"
PARTNER = {
    "name": "Ledgerly Software ApS",
    "short_name": "Ledgerly",
    "contact_email": "partners@ledgerly.test",
    "external_system_id": "",
    "is_active": "on",
    "fee_percentage": "12.50",
    "approval_days": "7",
    "background_colour": "#14324a",
    "font_colour": "#ffffff",
    "font_family": "",
    "return_hosts": "",
    "api_keys-TOTAL_FORMS": "0",
    "api_keys-INITIAL_FORMS": "0",
    "why": WHY,
}


@pytest.fixture
def manager(colleague: Callable[[str], Browser]) -> Browser:
    """A partner manager, signed in."""
    return colleague("Partner managers")


def page(partner: ReferralPartner, name: str = "change") -> str:
    return f"/admin/partners/referralpartner/{partner.pk}/{name}/"


def key_page(partner: ReferralPartner, name: str = "change") -> str:
    return f"/admin/partners/apikey/{partner.api_keys.latest('pk').pk}/{name}/"


def make(browser: Browser, partner: ReferralPartner, **changes: str) -> Any:
    """Send the form that makes a key."""
    return browser.post(page(partner, "make-key"), {"label": "production", "kind": "live", "why": WHY, **changes})


def save(browser: Browser, partner: ReferralPartner, **changes: Any) -> Any:
    """Send the form of a partner."""
    return browser.post(page(partner), {**PARTNER, **changes})


def test_a_key_that_was_made_opens_the_api(manager: Browser, partner: ReferralPartner, agreement: Agreement) -> None:
    answer = make(manager, partner)

    api = APIClient(headers={"XApiKey": answer.context["text"]})
    assert answer.context["text"] in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert api.get("/clients/nobody").status_code == 404


def test_a_key_is_shown_once_and_kept_nowhere(manager: Browser, partner: ReferralPartner, logged: Lines) -> None:
    text = make(manager, partner).context["text"]

    pages = [page(partner), page(partner, "make-key"), page(partner, "history"), key_page(partner)]
    pages += [key_page(partner, "history"), key_page(partner, "revoke"), "/admin/partners/apikey/"]
    later = "".join(manager.get(path).content.decode() for path in pages)

    assert text not in later
    assert tables_with(text) == []
    assert text not in str([session.get_decoded() for session in Session.objects.all()])
    assert text not in str(manager.cookies)
    assert text not in logged.getvalue()


def test_the_history_says_who_made_which_key_when_and_why(manager: Browser, partner: ReferralPartner) -> None:
    make(manager, partner)

    [happened] = manager.get(page(partner, "history")).context["history"]
    assert (happened.who, happened.what, happened.why) == ("Sam Staff", "Made a live key, “production”", WHY)
    assert timezone.now() - happened.at < timedelta(minutes=1)


def test_two_keys_are_the_limit(manager: Browser, partner: ReferralPartner) -> None:
    make(manager, partner)
    make(manager, partner)
    before = everything()

    answer = make(manager, partner)

    assert errors(answer)["__all__"] == ["This partner has two keys that work, and two is the limit. Revoke one first."]
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"why": ""}, "why"),
        ({"why": " \n "}, "why"),
        ({"label": ""}, "label"),
        ({"kind": "golden"}, "kind"),
        ({"last_day": "2020-01-01"}, "last_day"),
    ],
)
def test_a_key_is_not_made_for_an_incomplete_form(
    manager: Browser, partner: ReferralPartner, changes: dict[str, str], field: str
) -> None:
    answer = make(manager, partner, **changes)

    assert list(errors(answer)) == [field]
    assert not partner.api_keys.exists()


def test_a_key_works_until_the_end_of_its_last_day(manager: Browser, partner: ReferralPartner) -> None:
    today = timezone.now().date()

    make(manager, partner, last_day=today.isoformat())

    expires_at = partner.api_keys.get().expires_at
    assert expires_at is not None
    assert expires_at.date() == today + timedelta(days=1)
    assert expires_at.time().isoformat() == "00:00:00"


@pytest.mark.parametrize("role", ["Support", "Legal", "Operations", "nobody"])
def test_a_forged_form_makes_and_revokes_no_key(
    colleague: Callable[[str], Browser], partner: ReferralPartner, role: str
) -> None:
    make_key(partner)
    browser = colleague(role)
    before = everything()

    made = make(browser, partner)
    revoked = browser.post(key_page(partner, "revoke"), {"why": WHY})

    assert (made.status_code, revoked.status_code) == (403, 403)
    assert everything() == before


def test_a_revoked_key_closes_the_api_and_says_who_revoked_it(
    manager: Browser, partner: ReferralPartner, agreement: Agreement
) -> None:
    text = make(manager, partner).context["text"]

    answer = manager.post(key_page(partner, "revoke"), {"why": "Leaked"}, follow=True)

    assert "The key is revoked." in answer.content.decode()
    assert APIClient(headers={"XApiKey": text}).get("/clients/nobody").status_code == 401
    newest = manager.get(page(partner, "history")).context["history"][0]
    assert newest.what.startswith("Revoked the key “production”")
    assert newest.why == "Leaked"


def test_revoking_takes_a_reason(manager: Browser, partner: ReferralPartner) -> None:
    make(manager, partner)

    answer = manager.post(key_page(partner, "revoke"), {"why": ""})

    assert errors(answer) == {"why": ["Please say why. Every decision has a reason."]}
    assert partner.api_keys.get().revoked_at is None


def test_a_key_that_was_revoked_meanwhile_is_left_as_it_is(manager: Browser, partner: ReferralPartner) -> None:
    make(manager, partner)
    manager.post(key_page(partner, "revoke"), {"why": "Leaked"})
    before = everything()

    answer = manager.post(key_page(partner, "revoke"), {"why": "Leaked again"}, follow=True)

    assert "was revoked already; nothing changed" in answer.content.decode()
    assert everything() == before


def test_a_key_cannot_be_changed_or_deleted(manager: Browser, partner: ReferralPartner) -> None:
    make(manager, partner)
    before = everything()

    changed = manager.post(key_page(partner), {"label": "another", "expires_at_0": "", "why": WHY})
    deleted = manager.post(key_page(partner, "delete"), {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert everything() == before


def test_a_partner_is_added_with_a_reason(manager: Browser) -> None:
    refused = manager.post("/admin/partners/referralpartner/add/", {**PARTNER, "why": ""})
    none = ReferralPartner.objects.count()

    manager.post("/admin/partners/referralpartner/add/", PARTNER)

    partner = ReferralPartner.objects.get()
    [happened] = manager.get(page(partner, "history")).context["history"]
    assert (list(errors(refused)), none) == (["why"], 0)
    assert (happened.what, happened.why) == ("Added referral partner", WHY)


def test_a_changed_fee_is_in_the_history_with_before_and_after(manager: Browser, partner: ReferralPartner) -> None:
    save(manager, partner, contact_email=partner.contact_email, fee_percentage="15")

    [happened] = manager.get(page(partner, "history")).context["history"]
    [change] = happened.changes
    assert (happened.who, happened.what, happened.why) == ("Sam Staff", "Changed: Fee percentage", WHY)
    assert (change.field, change.before, change.after) == ("Fee percentage", "12.50", "15.00")


def test_a_partner_is_not_changed_without_a_reason(manager: Browser, partner: ReferralPartner) -> None:
    before = everything()

    answer = save(manager, partner, fee_percentage="15", why="")

    assert errors(answer) == {"why": ["Please say why. Every decision has a reason."]}
    assert everything() == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("fee_percentage", "100.01"),
        ("fee_percentage", "-1"),
        ("fee_percentage", "1.005"),
        ("fee_percentage", "NaN"),
        ("approval_days", "0"),
        ("approval_days", "31"),
        ("background_colour", "red"),
        ("background_colour", "#14324a;}"),
        ("font_colour", "#fff"),
        ("font_family", "Georgia; } body { display: none"),
        ("return_hosts", "app.ledgerly.test\nnot a host!"),
        ("contact_email", "nobody"),
        ("name", ""),
    ],
)
def test_a_wrong_value_is_named_by_its_field(
    manager: Browser, partner: ReferralPartner, field: str, typed: str
) -> None:
    before = everything()

    answer = save(manager, partner, **{field: typed})

    assert list(errors(answer)) == [field]
    assert everything() == before


def test_hosts_are_read_from_lines_and_whole_addresses(manager: Browser, partner: ReferralPartner) -> None:
    save(manager, partner, return_hosts="https://App.Ledgerly.test/back\nledgerly.test:8443, ledgerly.test:8443")

    partner.refresh_from_db()
    assert partner.return_hosts == ["app.ledgerly.test", "ledgerly.test:8443"]


def test_a_logo_is_uploaded_and_taken_away(manager: Browser, partner: ReferralPartner) -> None:
    png = PNG + b"of a test"

    save(manager, partner, new_logo=SimpleUploadedFile("logo.png", png, "image/png"))
    partner.refresh_from_db()
    uploaded = partner.logo
    save(manager, partner, no_logo="on")
    partner.refresh_from_db()

    assert uploaded == "data:image/png;base64," + base64.b64encode(png).decode()
    assert partner.logo == ""


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", PNG + b"x" * 102_400, b""])
def test_what_is_no_png_of_100_kb_is_no_logo(manager: Browser, partner: ReferralPartner, content: bytes) -> None:
    answer = save(manager, partner, new_logo=SimpleUploadedFile("logo.png", content, "image/png"))

    assert list(errors(answer)) == ["new_logo"]


@pytest.mark.parametrize("role", ["Support", "Legal"])
def test_who_may_only_look_changes_nothing(
    colleague: Callable[[str], Browser], partner: ReferralPartner, role: str
) -> None:
    browser = colleague(role)
    before = everything()

    answer = save(browser, partner, fee_percentage="99")

    assert answer.status_code == 403
    assert everything() == before
    assert browser.get(page(partner)).status_code == 200
