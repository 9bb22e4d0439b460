"""Staff at the admin, in a real browser: a key is made and used, an agreement written and published."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from clients.models import Agreement
from partners.models import ReferralPartner
from tests.journeys.conftest import WIDE, Caller, visiting
from tests.journeys.ways import sign_in
from tests.make import registration_body
from tests.staff import conftest as staff_rows
from tests.staff.conftest import Rows
from tests.staff.urls import paths

rows = staff_rows.rows


def test_a_key_that_is_made_in_the_admin_opens_the_api(chromium: Browser, site: str, partner: ReferralPartner) -> None:
    with visiting(chromium, WIDE) as visitor:
        page = visitor.page
        sign_in(visitor, site, "Partner managers")
        page.goto(f"{site}/admin/partners/referralpartner/{partner.pk}/change/")
        visitor.follow("Make a key")
        visitor.look("admin-make-a-key")
        page.get_by_label("Label").fill("production")
        page.get_by_label("Why").fill("They go live")
        visitor.press("Make the key")
        visitor.look("admin-key-made")
        key = page.locator("code.secret").inner_text()

    assert Caller(site, key).post(registration_body())[0] == 202


@pytest.mark.slow
def test_a_draft_is_written_read_and_published(chromium: Browser, site: str) -> None:
    with visiting(chromium, WIDE) as visitor:
        page = visitor.page
        sign_in(visitor, site, "Legal")
        page.goto(f"{site}/admin/clients/agreement/add/")
        page.get_by_label("Text").fill("## 1. Scope\n\nDebitura collects claims.")
        page.get_by_label("Summary of changes").fill("It is shorter.")
        visitor.press("Save and continue editing")
        visitor.follow("Publish")
        visitor.look("admin-publish")
        page.get_by_label("Why").fill("The fees changed")
        visitor.press("Publish version 2")

    assert Agreement.objects.published().latest("number").text == "## 1. Scope\n\nDebitura collects claims."


@pytest.mark.slow
def test_no_page_of_the_admin_loads_what_its_policy_forbids(chromium: Browser, site: str, rows: Rows) -> None:
    downloads = {"logout", "clients_signeddocument_pdf", "clients_agreement_preview_pdf"}

    with visiting(chromium, WIDE, may_complain=True) as visitor:
        said: list[str] = []
        visitor.page.on("console", lambda message: said.append(f"{visitor.page.url}: {message.text}"))
        sign_in(visitor, site, None, is_superuser=True)
        for path in (path for name, path in paths(rows).items() if name not in downloads):
            visitor.page.goto(site + path)
            assert "/admin/login/" not in visitor.page.url

    assert [line for line in said if "Content Security Policy" in line] == []
