"""A real browser before a live server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from clients.models import Agreement
from partners.models import ReferralPartner
from tests.journeys.browser import NO_BROWSER, find_browser, is_required
from tests.make import make_first_agreement, make_key

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 740}
# Where screenshots of every page go, to be looked at; none are taken where it is not named.
SCREENSHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, once for all journeys."""
    path = find_browser()
    if path is None:
        give_up = pytest.fail if is_required() else pytest.skip
        give_up(NO_BROWSER)
    # Playwright's loop runs in this thread, and Django takes code beside a loop for asynchronous.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> str:
    """The address of the site; links that partners hand on begin with it."""
    settings.ONBOARDING_BASE_URL = live_server.url
    if Agreement.objects.current() is None:
        make_first_agreement()
    return str(live_server.url)


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser of their own, who looks at each page as axe does."""

    context: BrowserContext
    page: Page
    has_scripts: bool

    def press(self, button: str) -> None:
        """Press a button and wait for the next page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).last.click()

    def follow(self, link: str) -> None:
        """Follow a link and wait for the next page."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link).click()

    def heading(self) -> str:
        """What the page is about."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def look(self, name: str) -> None:
        """Find nothing wrong with the page: no violation of axe's rules, no sideways scrolling, nothing foreign."""
        if SCREENSHOTS:
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)
        if self.has_scripts:
            overhang = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overhang == 0, f"{name} scrolls sideways"
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"


@contextmanager
def visiting(
    chromium: Browser, viewport: ViewportSize, *, scripts: bool = True, may_complain: bool = False
) -> Iterator[Visitor]:
    """Open a browser of its own, with nothing in it; errors of the console are errors of the page."""
    context = chromium.new_context(viewport=viewport, java_script_enabled=scripts, locale="da-DK")
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield Visitor(context, page, scripts)
    context.close()
    assert may_complain or complaints == []


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A visitor with a wide screen."""
    with visiting(chromium, WIDE) as one:
        yield one


@pytest.fixture
def visitor_on_a_phone(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A visitor with 375 pixels and no scripts."""
    with visiting(chromium, PHONE, scripts=False) as one:
        yield one


@dataclass(frozen=True)
class Caller:
    """A partner's program, over HTTP."""

    site: str
    key: str

    def post(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Call POST /clients."""
        return self._call("/clients", json.dumps(body).encode())

    def get(self, tenant_id: str) -> tuple[int, dict[str, Any]]:
        """Call GET /clients/{externalTenantId}."""
        return self._call(f"/clients/{tenant_id}", None)

    def _call(self, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
        headers = {"XApiKey": self.key, "Content-Type": "application/json"}
        try:
            with urlopen(Request(self.site + path, body, headers), timeout=20) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


@pytest.fixture
def program(site: str, partner: ReferralPartner) -> Caller:
    """The partner's program."""
    return Caller(site, make_key(partner))
