"""Pages beside the way: they are accessible too, on both widths."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponseBase
from playwright.sync_api import Browser, ViewportSize

from clients.models import ReferralPartnerClientLink
from edge.request_log import RequestLogMiddleware
from onboarding.journey.page_path import page_path
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.journeys.conftest import PHONE, WIDE, Caller, visiting
from tests.journeys.ways import go_straight_on
from tests.make import make_link, registration_body
from tests.onboarding.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_pages_beside_the_way_are_accessible(
    chromium: Browser, site: str, partner: ReferralPartner, viewport: ViewportSize
) -> None:
    link = make_link(partner=partner)
    Visitor(link).post(None, send="first")
    paths = {
        "landing": "/",
        "mail": "/demo/mail/",
        "handed-over": page_path(link, Purpose.FIRST_SIGNING) + "/handed-over",
        "sign-in": "/admin/login/",
    }

    with visiting(chromium, viewport) as visitor:
        for name, path in paths.items():
            answer = visitor.page.goto(site + path)
            assert answer is not None
            assert answer.status == 200
            visitor.look(f"{viewport['width']}-{name}")


def test_a_link_to_nowhere_leads_to_a_page_that_says_so(chromium: Browser, site: str) -> None:
    with visiting(chromium, PHONE, may_complain=True) as visitor:
        visitor.page.goto(f"{site}/companydetails/{uuid4()}")
        visitor.look("nowhere")

        assert visitor.heading() == "There is nothing here"


def test_the_back_button_shows_the_end_and_once_one_is_done_nothing(chromium: Browser, program: Caller) -> None:
    _, answer = program.post(registration_body("tenant-1"))

    with visiting(chromium, WIDE) as visitor:
        go_straight_on(visitor, answer["onboardingLinks"]["url"])
        visitor.page.go_back()
        visitor.page.reload()
        signed = visitor.heading()
        visitor.press("I am done")
        visitor.look("left")
        done = visitor.heading()
        visitor.page.go_back()

        assert (signed, done) == ("The agreement is signed", "You are done here")
        assert visitor.heading() == "Confirm your e-mail address"


@pytest.fixture
def says_nothing_of_its_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Safari before 16.4: the browser's own word on where a form comes from does not arrive."""
    serve = RequestLogMiddleware.__call__

    def without(self: RequestLogMiddleware, request: HttpRequest) -> HttpResponseBase:
        request.META.pop("HTTP_SEC_FETCH_SITE", None)
        return serve(self, request)

    monkeypatch.setattr(RequestLogMiddleware, "__call__", without)


@pytest.mark.usefixtures("says_nothing_of_its_site")
def test_an_older_browser_can_send_forms(chromium: Browser, site: str, partner: ReferralPartner) -> None:
    link = make_link(partner=partner)

    with visiting(chromium, WIDE) as visitor:
        visitor.page.goto(site + page_path(link, Purpose.FIRST_SIGNING))
        visitor.press("Send me a code")

    assert link.codes.exists()


@pytest.mark.usefixtures("says_nothing_of_its_site")
def test_an_older_browser_takes_no_cookie_along_to_a_form_of_another_site(
    chromium: Browser, site: str, partner: ReferralPartner
) -> None:
    refuse_foreign_form(chromium, site, make_link(partner=partner))


def test_a_form_of_another_site_is_refused(chromium: Browser, site: str, partner: ReferralPartner) -> None:
    """Chromium says `Origin: null` and a foreign Sec-Fetch-Site for a form in a page of another origin."""
    refuse_foreign_form(chromium, site, make_link(partner=partner))


def refuse_foreign_form(chromium: Browser, site: str, link: ReferralPartnerClientLink) -> None:
    """Even with the token of a page that this browser has loaded."""
    target = site + page_path(link, Purpose.FIRST_SIGNING)

    with visiting(chromium, WIDE, may_complain=True) as visitor:
        visitor.page.goto(target)
        token = visitor.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
        hidden = f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        form = f'<form method="post" action="{target}">{hidden}<button name="send">Go</button></form>'
        visitor.page.goto(f"data:text/html,{form}")
        with visitor.page.expect_navigation() as navigation:
            visitor.press("Go")

        assert navigation.value is not None
        assert navigation.value.status == 403
    assert not link.codes.exists()
