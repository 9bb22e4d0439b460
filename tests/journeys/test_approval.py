"""A company that we know decides about a partner, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, ViewportSize

from clients.models import LinkRequest
from partners.models import ReferralPartner
from tests.journeys.conftest import PHONE, WIDE, Caller, Visitor, visiting
from tests.journeys.ways import prove
from tests.make import make_client, make_link, make_request, make_staff, registration_body


@pytest.mark.parametrize(
    ("viewport", "name"), [(WIDE, "approve-wide"), pytest.param(PHONE, "approve-phone", marks=pytest.mark.slow)]
)
def test_a_known_company_approves_and_the_partner_gets_it(
    chromium: Browser, site: str, program: Caller, viewport: ViewportSize, name: str
) -> None:
    make_client(admin="jane@acme.test")
    status, answer = program.post(registration_body("tenant-1"))
    assert (status, answer["type"]) == (409, "ClientExistsNeedsLinking")

    with visiting(chromium, viewport) as visitor:
        prove(visitor, answer["data"]["onboardingLinks"]["url"], name)
        visitor.press("Approve")
        assert visitor.heading() == "You work with Ledgerly now"
        visitor.look(f"{name}-5-end")

    status, answer = program.post(registration_body("tenant-1"))
    assert (status, answer["isAttributedClient"]) == (202, False)


@pytest.mark.slow
@pytest.mark.parametrize("button", ["Decline", "I don’t know this company"])
def test_a_known_company_declines_without_scripts(chromium: Browser, site: str, program: Caller, button: str) -> None:
    make_client(admin="jane@acme.test")
    _, answer = program.post(registration_body("tenant-1"))

    with visiting(chromium, PHONE, scripts=False) as visitor:
        prove(visitor, answer["data"]["onboardingLinks"]["url"], "decline")
        visitor.press(button)
        assert visitor.heading() == "You declined"

    assert LinkRequest.objects.get().status == "Declined"


@pytest.mark.slow
def test_two_tabs_have_one_winner(chromium: Browser, site: str, program: Caller) -> None:
    make_client(admin="jane@acme.test")
    _, answer = program.post(registration_body("tenant-1"))

    with visiting(chromium, WIDE) as visitor:
        prove(visitor, answer["data"]["onboardingLinks"]["url"], "tabs")
        other = Visitor(visitor.context, visitor.context.new_page(), has_scripts=True)
        other.page.goto(visitor.page.url)
        visitor.press("Decline")
        other.press("Approve")
        assert other.heading() == "You declined"


@pytest.mark.slow
def test_a_move_is_worded_as_one(
    chromium: Browser, site: str, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    client = make_client(admin="jane@acme.test")
    old = make_link(partner=rival, client=client, tenant_id="theirs")
    move = make_request(partner=partner, client=client, offered_by=make_staff("Support"), replaces=old)

    with visiting(chromium, PHONE) as visitor:
        prove(visitor, f"{site}/LinkApproval/{move.pk}", "move")
        assert visitor.heading() == "Move from Bookwise to Ledgerly?"
        visitor.press("Approve")

    old.refresh_from_db()
    assert old.archived_at is not None


@pytest.mark.slow
def test_an_expired_request_says_so_and_shows_nothing(chromium: Browser, site: str, partner: ReferralPartner) -> None:
    now = timezone.now()
    expired = make_request(
        partner=partner,
        client=make_client(admin="jane@acme.test", name="Secret Holding"),
        created_at=now - timedelta(days=7),
        expires_at=now,
    )

    with visiting(chromium, PHONE) as visitor:
        visitor.page.goto(f"{site}/LinkApproval/{expired.pk}")
        visitor.look("expired")

        assert visitor.heading() == "This request is no longer open"
        assert "Secret" not in visitor.page.content()
