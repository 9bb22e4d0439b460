"""A client with the URL of its first signing, and what its pages show."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from clients.models import Agreement, ReferralPartnerClientLink
from clients.publish_agreement import publish_agreement
from onboarding.journey.steps import Step
from onboarding.models import EmailCode
from partners.models import ReferralPartner
from tests.make import make_client, make_link, make_staff
from tests.onboarding.translation import without_marks_for_translators
from tests.onboarding.visitor import Visitor

BACK = "https://app.ledgerly.test/done"
TITLES = {
    None: "Confirm your e-mail address",
    Step.COMPANY: "Check your company’s details",
    Step.USERS: "Who works with this?",
    Step.AGREEMENT: "Read and sign",
    Step.DONE: "The agreement is signed",
}


@pytest.fixture
def link(agreement: Agreement, partner: ReferralPartner) -> ReferralPartnerClientLink:
    partner.return_hosts = ["app.ledgerly.test"]
    partner.save()
    return make_link(partner=partner, client=make_client(admin="jane@acme.test", name="Acme A/S"))


@pytest.fixture
def visitor(link: ReferralPartnerClientLink) -> Visitor:
    return Visitor(link)


def shows(response: Any, step: Step | None) -> bool:
    return f"<h1>{TITLES[step]}" in response.content.decode()


def age_proofs(**by: float) -> None:
    EmailCode.objects.update(used_at=F("used_at") - timedelta(**by))


def has_text(response: Any, text: str) -> bool:
    return text in without_marks_for_translators(re.sub(r"\s+", " ", response.content.decode()))


def publish(draft: Agreement) -> None:
    publish_agreement(agreement=draft, by=make_staff("Legal"), why="New fees")


ENDINGS = ["", "/company", "/users", "/agreement", "/done", "/handed-over", "/leave", "/documents/{signature}"]
