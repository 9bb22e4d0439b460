"""Ways through the pages that several journeys take."""

from __future__ import annotations

from tests.journeys.conftest import Visitor
from tests.make import make_staff
from tests.onboarding.visitor import mailed_code
from tests.staff.conftest import PASSWORD


def sign_in(visitor: Visitor, site: str, group: str | None, **facts: bool) -> None:
    staff = make_staff(group, **facts)
    visitor.page.goto(f"{site}/admin/")
    visitor.page.get_by_label("E-mail address").fill(staff.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Sign in")


def prove(visitor: Visitor, url: str, name: str) -> None:
    page = visitor.page
    page.goto(url)
    visitor.look(f"{name}-1-address")
    page.get_by_label("Your e-mail address").fill("nobody")
    visitor.press("Send me a code")
    visitor.look(f"{name}-2-address-wrong")
    page.get_by_label("Your e-mail address").fill("jane@acme.test")
    visitor.press("Send me a code")
    visitor.look(f"{name}-3-code")
    page.get_by_label("Code").fill(mailed_code())
    visitor.press("Continue")
    visitor.look(f"{name}-4-question")


def go_straight_on(visitor: Visitor, url: str, *, name: str = "Jane Ann Doe") -> None:
    """Go from the URL to the signature, with nothing mistyped."""
    page = visitor.page
    page.goto(url)
    visitor.press("Send me a code")
    page.get_by_label("Code").fill(mailed_code())
    visitor.press("Continue")
    visitor.press("Save and continue")
    visitor.press("Save and continue")
    page.get_by_label("Your full name").fill(name)
    page.get_by_role("checkbox").check()
    visitor.press("Sign the agreement")
