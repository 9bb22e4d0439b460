"""Forms of pages: taken from our own, whatever the browser tells of where they come from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Agreement, ReferralPartnerClientLink
from onboarding.journey.page_path import page_path
from onboarding.models import Purpose
from tests.make import make_link

OURS = "https://testserver"


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    return make_link()


class Sender:
    """A browser that has loaded a page with a form."""

    def __init__(self, link: ReferralPartnerClientLink) -> None:
        self.path = page_path(link, Purpose.FIRST_SIGNING)
        self.browser = Browser(enforce_csrf_checks=True)
        page = self.browser.get(self.path, secure=True).content.decode()
        self.token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]

    def send(self, headers: dict[str, str], *, token: str | None = None) -> Any:
        """Press the button; each header as this browser would send it."""
        form = {"send": "first", "csrfmiddlewaretoken": self.token if token is None else token}
        return self.browser.post(self.path, form, secure=True, headers={"Accept": "text/html", **headers})


@pytest.fixture
def sender(link: ReferralPartnerClientLink) -> Sender:
    return Sender(link)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
        {},
        {"Origin": OURS},
        {"Referer": f"{OURS}/"},
    ],
    ids=["browsers of now", "Safari before 16.4", "a proxy that strips", "an origin", "a referrer"],
)
def test_a_form_of_our_own_is_taken(sender: Sender, headers: dict[str, str]) -> None:
    assert sender.send(headers).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "http://testserver"},
        {"Referer": "https://evil.test/"},
        {"Referer": "http://testserver/"},
        {"Referer": "nonsense"},
    ],
)
def test_a_form_of_another_site_is_refused_and_told_so(
    sender: Sender, link: ReferralPartnerClientLink, headers: dict[str, str]
) -> None:
    answer = sender.send(headers)

    assert answer.status_code == 403
    assert "did not come from here" in answer.content.decode()
    assert "cookie" not in answer.content.decode()
    assert not link.codes.exists()


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}])
def test_where_the_origin_is_withheld_the_cookie_decides(sender: Sender, headers: dict[str, str]) -> None:
    """In a frame or a page of another site, SameSite keeps it back."""
    sender.browser.cookies.clear()

    answer = sender.send(headers)

    assert answer.status_code == 403
    assert "came without this site’s cookie" in answer.content.decode()


@pytest.mark.parametrize("token", ["", "x" * 64, "a", "A" * 32])
@pytest.mark.parametrize("headers", [{"Origin": "null"}, {}])
def test_and_the_token_does_too_which_is_no_fault_of_cookies(
    sender: Sender, headers: dict[str, str], token: str
) -> None:
    answer = sender.send(headers, token=token)

    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()
    assert "cookie" not in answer.content.decode()
