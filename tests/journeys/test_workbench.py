"""From a rival's conflict to a move: partner, support and client, each where they work."""

from __future__ import annotations

import re

from playwright.sync_api import Browser

from partners.models import ReferralPartner
from tests.journeys.conftest import WIDE, Caller, visiting
from tests.journeys.ways import prove, sign_in
from tests.make import make_client, make_key, make_link, registration_body


def test_a_rivals_client_moves_when_support_offers_it_and_the_client_approves(
    chromium: Browser, site: str, program: Caller, rival: ReferralPartner
) -> None:
    make_link(partner=rival, client=make_client(admin="jane@acme.test"), tenant_id="theirs", fee_percentage=10)
    rivals = Caller(site, make_key(rival))
    assert program.post(registration_body("mine"))[1]["type"] == "AlreadyLinkedToAnotherPartner"

    with visiting(chromium, WIDE) as support:
        sign_in(support, site, "Support")
        support.page.goto(f"{site}/admin/clients/linkconflict/")
        support.look("workbench-queue")
        support.page.get_by_role("link", name=re.compile(r"^conflict \d+")).click()
        support.look("workbench-conflict")
        support.page.get_by_label("Offer a move").check()
        support.page.get_by_label("Why").fill("The client asked us to")
        support.press("Decide")
        support.look("workbench-decided")
        support.follow("Link doctor")
        support.page.get_by_label("What have you got?").fill("jane@acme.test")
        support.press("Look")
        support.look("workbench-doctor")
    status, offered = program.post(registration_body("mine"))
    assert (status, offered["type"]) == (409, "ClientExistsNeedsLinking")
    assert rivals.get("theirs")[0] == 200

    with visiting(chromium, WIDE) as client:
        prove(client, offered["data"]["onboardingLinks"]["url"], "workbench")
        client.press("Approve")

    status, mine = program.post(registration_body("mine"))
    assert (status, mine["isAttributedClient"], mine["referralFeePercentage"]) == (202, False, 12.5)
    assert rivals.get("theirs")[0] == 404
    assert rival.links.get().fee_percentage == 10
