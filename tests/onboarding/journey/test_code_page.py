"""The page that asks for a code, and for the address of who has asked for many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clients.models import ReferralPartnerClientLink
from onboarding.journey.steps import Step
from onboarding.proof import email_codes
from onboarding.proof.email_codes import UNPROVEN_PER_HOUR
from tests.conftest import deliver_mail
from tests.onboarding.journey.conftest import has_text, shows
from tests.onboarding.visitor import Visitor, mailed_code


def test_wrong_codes_are_counted_before_the_visitor(visitor: Visitor) -> None:
    visitor.post(None, send="first")

    pages = [visitor.post(code="WRONG234") for _ in range(6)]

    assert has_text(pages[0], "That is not the code. You have 4 more tries.")
    assert has_text(pages[3], "You have one more try.")
    assert has_text(pages[4], "for the fifth time")
    assert has_text(pages[5], "This code cannot be used any more.")


def test_too_many_codes_are_refused_in_words(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_codes, "SECOND_CLICK", timedelta(0))
    pages = [visitor.post(None, send="again") for _ in range(6)]

    assert has_text(pages[5], "You have asked for many codes.")


def test_who_cannot_get_at_the_address_is_told_what_to_do(visitor: Visitor) -> None:
    assert has_text(visitor.get(), "I cannot get at this address")


def burn_codes(link: ReferralPartnerClientLink) -> None:
    for _ in range(UNPROVEN_PER_HOUR):
        Visitor(link).post(None, send="first")


def test_after_many_codes_that_proved_nothing_the_page_asks_for_the_address(visitor: Visitor) -> None:
    burn_codes(visitor.link)
    before = len(deliver_mail())

    asked = visitor.post(None, send="first")
    wrong = visitor.post(None, send="to", address="joe@acme.test")
    unchanged = len(deliver_mail())
    right = Visitor(visitor.link)
    right.post(None, send="to", address="jane@acme.test")

    assert has_text(asked, "please type your e-mail address")
    assert has_text(wrong, "If your address is the one that Ledgerly gave us, we have mailed a code to it.")
    assert (before, unchanged) == (UNPROVEN_PER_HOUR, UNPROVEN_PER_HOUR)
    assert shows(right.post(code=mailed_code()), Step.COMPANY)


def test_what_is_typed_and_is_no_address_is_said_to_be_none(visitor: Visitor) -> None:
    burn_codes(visitor.link)

    assert has_text(visitor.post(None, send="to", address="jane"), "This is not an e-mail address.")


def test_the_address_can_be_typed_anew(visitor: Visitor) -> None:
    burn_codes(visitor.link)
    visitor.post(None, send="to", address="joe@acme.test")

    assert has_text(visitor.get(another="1"), "please type your e-mail address")
