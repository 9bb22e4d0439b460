"""A new client, from the partner's first call through the browser to its second."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from clients.models import Signature
from partners.models import ReferralPartner
from tests.journeys.conftest import PHONE, Caller, Visitor, visiting
from tests.journeys.ways import go_straight_on
from tests.make import registration_body
from tests.onboarding.documents import text_of
from tests.onboarding.visitor import mailed_code

# An Egyptian hieroglyph, which no font of ours has.
BIRD = "\U00013171"
COMPANY = 'Müller & Søn <b>#1</b> $x$ "A/S"'


def test_a_new_client_signs_and_is_ready(visitor: Visitor, program: Caller) -> None:
    status, answer = program.post(registration_body("tenant-1", name=COMPANY))
    assert status == 202

    walk(visitor, answer["onboardingLinks"]["url"], "wide")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Download the PDF").click()

    signature = Signature.objects.get()
    text = text_of(download.value.path().read_bytes())
    assert COMPANY in text
    assert "Jane Ann Doe" in text
    assert "Version 1" in text
    assert signature.agreement_sha256 in text
    status, answer = program.post(registration_body("tenant-1", name=COMPANY))
    assert (status, answer["onboardingDone"], "onboardingLinks" in answer) == (201, True, False)
    status, answer = program.get("tenant-1")
    assert (status, answer["referralFeePercentage"]) == (200, 12.5)


def test_it_works_on_a_phone_without_scripts(visitor_on_a_phone: Visitor, program: Caller) -> None:
    _, answer = program.post(registration_body("tenant-1"))

    walk(visitor_on_a_phone, answer["onboardingLinks"]["url"], "phone")

    assert program.post(registration_body("tenant-1"))[0] == 201


@pytest.mark.slow
def test_every_page_is_accessible_on_a_phone_too(
    chromium: Browser, site: str, program: Caller, partner: ReferralPartner
) -> None:
    type(partner).objects.update(background_colour="#ffee00", font_colour="#ffffff", font_family="Georgia, serif")
    _, answer = program.post(registration_body("tenant-1", name="W" * 200))

    with visiting(chromium, PHONE) as visitor:
        walk(visitor, answer["onboardingLinks"]["url"], "bright")


@pytest.mark.slow
def test_who_cannot_be_printed_is_told_and_signs_at_the_second_click(
    visitor_on_a_phone: Visitor, program: Caller
) -> None:
    visitor, page = visitor_on_a_phone, visitor_on_a_phone.page
    _, answer = program.post(registration_body("tenant-1", name=f"{BIRD} Ltd"))

    go_straight_on(visitor, answer["onboardingLinks"]["url"], name=f"{BIRD} Doe")
    visitor.look("phone-not-in-print")
    told = page.get_by_role("alert").inner_text()
    kept = page.get_by_label("Your full name").input_value()
    page.get_by_role("checkbox").check()
    visitor.press("Sign the agreement")

    assert "Nothing was signed yet" in told
    assert "▯(U+13171) Doe" in told
    assert kept == f"{BIRD} Doe"
    assert visitor.heading() == "The agreement is signed"


def walk(visitor: Visitor, url: str, name: str) -> None:
    """Go from the URL to the signature, and look at every page on the way."""
    page = visitor.page
    page.goto(url)
    visitor.look(f"{name}-1-confirm")
    visitor.press("Send me a code")
    visitor.look(f"{name}-2-code")
    page.get_by_label("Code").fill("WRONG234")
    visitor.press("Continue")
    visitor.look(f"{name}-3-wrong-code")
    page.get_by_label("Code").fill(mailed_code().lower())
    visitor.press("Continue")
    assert visitor.heading() == "Check your company’s details"
    visitor.look(f"{name}-4-company")
    page.get_by_label("Company name").fill("")
    visitor.press("Save and continue")
    visitor.look(f"{name}-5-company-wrong")
    page.go_back()
    page.reload()
    visitor.press("Save and continue")
    assert visitor.heading() == "Who works with this?"
    visitor.press("Add another person")
    visitor.look(f"{name}-6-people")
    visitor.press("Save and continue")
    visitor.look(f"{name}-7-people-wrong")
    page.get_by_label("Name").last.fill("Ib Berg")
    page.get_by_label("E-mail").last.fill("ib@acme.test")
    visitor.press("Save and continue")
    assert visitor.heading() == "Read and sign"
    visitor.look(f"{name}-8-agreement")
    visitor.press("Sign the agreement")
    visitor.look(f"{name}-9-agreement-wrong")
    page.get_by_label("Your full name").fill("Jane Ann Doe")
    page.get_by_role("checkbox").check()
    visitor.press("Sign the agreement")
    assert visitor.heading() == "The agreement is signed"
    visitor.look(f"{name}-10-done")
