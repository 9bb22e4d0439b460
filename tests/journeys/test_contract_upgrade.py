"""A client that signed before signs again, in a real browser: 201, 202, 201."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import clients
from clients.invalidate_signature import invalidate_signature
from clients.models import Agreement, ReferralPartnerClientLink, Signature
from clients.publish_agreement import publish_agreement
from clients.rename_client import rename_client
from edge.clock import database_time
from partners.models import ReferralPartner
from tests.journeys.conftest import PHONE, WIDE, Caller, Visitor, visiting
from tests.journeys.ways import go_straight_on, sign_in
from tests.make import make_agreement, make_client, make_link, make_signature, make_staff, registration_body
from tests.onboarding.visitor import mailed_code

SDCA = (Path(clients.__file__).parent / "agreements" / "sdca_1.md").read_text()
SUMMARY = "Debitura answers within two working days, and the Client says at once when a debtor disputes a claim."
CHANGED = (
    SDCA.replace("every unpaid claim", "every overdue claim")
    .replace("are its own, are due", "are its own, are due since a week")
    .replace("## 4.", "Debitura answers within two working days.\n\n## 4.", 1)
)


def post(program: Caller) -> tuple[int, Any]:
    status, answer = program.post(registration_body())
    return status, answer.get("onboardingLinks", {}).get("url")


def sign_again(visitor: Visitor, url: str, name: str) -> None:
    """Go from the URL to the signature, and look at every page on the way."""
    page = visitor.page
    page.goto(url)
    visitor.look(f"{name}-1-confirm")
    visitor.press("Send me a code")
    page.get_by_label("Code").fill(mailed_code())
    visitor.press("Continue")
    assert visitor.heading() == "Read and sign again"
    visitor.look(f"{name}-2-read")
    visitor.press("Sign the agreement")
    visitor.look(f"{name}-3-wrong")
    page.get_by_label("Your full name").fill("Jane Ann Doe")
    page.get_by_role("checkbox").check()
    visitor.press("Sign the agreement")
    assert visitor.heading() == "The agreement is signed"
    visitor.look(f"{name}-4-done")


@pytest.fixture
def link(site: str, partner: ReferralPartner) -> ReferralPartnerClientLink:
    """A client that has signed the first version."""
    Agreement.objects.filter(published_at=None).delete()
    link = make_link(partner=partner, client=make_client(name="Acme A/S", admin="jane@acme.test"))
    make_signature(link, signed_at=database_time())
    return link


def test_legal_publishes_a_version_and_the_client_signs_it(chromium: Browser, site: str, program: Caller) -> None:
    make_agreement(number=2, text=SDCA, published_at=database_time())
    with visiting(chromium, WIDE) as visitor:
        go_straight_on(visitor, post(program)[1])
    assert post(program) == (201, None)

    publish_in_the_admin(chromium, site, make_agreement(number=3, text=CHANGED, summary_of_changes=SUMMARY))
    status, url = post(program)
    with visiting(chromium, WIDE) as visitor:
        sign_again(visitor, url, "upgrade-wide")
        documents = visitor.page.get_by_role("link", name="Download the PDF").count()

    assert (status, url) == (202, f"{site}/ContractUpgrade/Sign/{ReferralPartnerClientLink.objects.get().pk}")
    assert documents == Signature.objects.count() == 2
    assert post(program) == (201, None)


def publish_in_the_admin(chromium: Browser, site: str, draft: Agreement) -> None:
    with visiting(chromium, WIDE) as visitor:
        sign_in(visitor, site, "Legal")
        visitor.page.goto(f"{site}/admin/clients/agreement/{draft.pk}/preview/?again=1")
        visitor.look("admin-preview-again")
        visitor.follow("Back to the version")
        visitor.look("admin-draft")
        visitor.follow("Publish")
        visitor.look("admin-publish-with-counts")
        assert visitor.page.get_by_text("1 client of 1 partner will have to sign again.").is_visible()
        visitor.page.get_by_label("Why").fill("Agreed by the board")
        visitor.press("Publish version 3")


def new_version(link: ReferralPartnerClientLink) -> None:
    text = Agreement.objects.get(number=1).text.replace("collects claims", "collects unpaid claims")
    draft = make_agreement(number=2, text=text, summary_of_changes=SUMMARY)
    publish_agreement(agreement=draft, by=make_staff("Legal"), why="Agreed")


def other_name(link: ReferralPartnerClientLink) -> None:
    rename_client(client=link.client, held="Acme A/S", name="Acme Holding " + "W" * 150, by=make_staff(), why="New")


def invalidated(link: ReferralPartnerClientLink) -> None:
    told = "The signer is not among the directors in the company register. Please let a director sign."
    invalidate_signature(signature=Signature.objects.get(), told_client=told, by=make_staff(), why="No director")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ends", "scripts", "name"),
    [
        (new_version, False, "upgrade-phone"),
        (other_name, True, "upgrade-name"),
        (invalidated, True, "upgrade-invalidated"),
    ],
)
def test_whatever_ends_a_signature_a_phone_is_enough_to_sign_again(
    chromium: Browser,
    program: Caller,
    link: ReferralPartnerClientLink,
    ends: Any,
    scripts: bool,
    name: str,
) -> None:
    assert post(program)[0] == 201
    ends(link)
    status, url = post(program)

    with visiting(chromium, PHONE, scripts=scripts) as visitor:
        sign_again(visitor, url, name)

    assert status == 202
    assert post(program) == (201, None)
