"""A link, and one who asks for codes about it and types them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from clients.models import Agreement, ReferralPartnerClientLink
from onboarding.models import EmailCode, Purpose, Subject
from onboarding.proof import email_codes
from onboarding.proof.email_codes import (
    Proof,
    confirm_code,
    request_code,
    standing_proof,
)
from tests.make import make_client, make_link

FIRST = Purpose.FIRST_SIGNING
ADDRESS = "jane@acme.test"
SECOND = timedelta(seconds=1)


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    return make_link(client=make_client(admin="jane@acme.test"))


@pytest.fixture
def clicks_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for again here was asked for some seconds later."""
    monkeypatch.setattr(email_codes, "SECOND_CLICK", timedelta(0))


def ask(link: Subject, browser: str = "mine", **facts: Any) -> email_codes.CodeRequest:
    return request_code(**{"about": link, "purpose": FIRST, "browser": browser, **facts})


def type_in(link: ReferralPartnerClientLink, typed: str, browser: str = "mine", **facts: Any) -> email_codes.CodeAnswer:
    facts = {"about": link, "purpose": FIRST, "browser": browser, "typed": typed, "renamed": "renamed", **facts}
    return confirm_code(**facts)


def proof(link: ReferralPartnerClientLink, browser: str = "renamed", purpose: Purpose = FIRST) -> Proof | None:
    return standing_proof(about=link, purpose=purpose, browser=browser)


def age(**moments: timedelta) -> None:
    EmailCode.objects.update(**{name: F(name) - by for name, by in moments.items()})
