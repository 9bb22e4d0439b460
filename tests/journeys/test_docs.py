"""The docs page in a browser: read, and tried with a key, under the policy of every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.journeys.conftest import PHONE, WIDE
from tests.make import make_key, make_partner


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_partner_tries_a_call_on_the_docs_page(chromium: Browser, site: str, size: dict[str, int]) -> None:
    key = make_key(make_partner())
    page = chromium.new_page(viewport=ViewportSize(width=size["width"], height=size["height"]))
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{site}/docs/")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Value:").fill(key)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="post /clients", exact=False).first.click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").wait_for()

    assert "202" in page.locator(".live-responses-table").inner_text()
    assert complaints == []
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.close()
