"""How many codes are sent, and to whom after many."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from clients.models import EmailAddress, ReferralPartnerClientLink
from onboarding.models import TRIES, EmailCode, Purpose
from onboarding.proof import email_codes
from onboarding.proof.email_codes import (
    MORE_WITH_THE_ADDRESS,
    PER_DAY,
    PER_HOUR,
    PER_MAILBOX_AND_HOUR,
    PER_NETWORK,
    UNPROVEN_PER_HOUR,
    AddressNeeded,
    CodeSent,
    Proof,
    TooManyCodes,
    WrongCode,
)
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_request
from tests.onboarding.proof.conftest import ADDRESS, age, ask, type_in
from tests.onboarding.visitor import mailed_code


@pytest.mark.usefixtures("clicks_apart")
def test_a_browser_gets_five_codes_an_hour(link: ReferralPartnerClientLink) -> None:
    answers = [ask(link) for _ in range(PER_HOUR + 1)]

    assert answers == [CodeSent()] * PER_HOUR + [TooManyCodes()]


def test_the_code_before_the_limit_still_works(link: ReferralPartnerClientLink) -> None:
    for _ in range(PER_HOUR + 1):
        ask(link)

    assert isinstance(type_in(link, mailed_code()), Proof)


@pytest.mark.usefixtures("clicks_apart")
def test_a_browser_gets_ten_codes_a_day(link: ReferralPartnerClientLink) -> None:
    for _ in range(2):
        for _ in range(PER_HOUR):
            ask(link)
        age(requested_at=timedelta(hours=1))

    assert EmailCode.objects.count() == PER_DAY
    assert ask(link) == TooManyCodes()


def test_a_stranger_who_burns_codes_does_not_lock_the_client_out(link: ReferralPartnerClientLink) -> None:
    for _ in range(PER_HOUR + 1):
        ask(link, browser="stranger")
    for _ in range(TRIES):
        type_in(link, "WRONG234", browser="stranger")

    ask(link)

    assert isinstance(type_in(link, mailed_code()), Proof)


def ask_as_strangers(link: ReferralPartnerClientLink, times: int, **facts: Any) -> list[email_codes.CodeRequest]:
    """So many browsers, each in a network of its own."""
    networks = (f"198.51.{number}.0/24" for number in range(times))
    return [ask(link, browser=f"stranger {network}", **{"network": network, **facts}) for network in networks]


def test_after_ten_codes_that_proved_nothing_the_address_is_needed(link: ReferralPartnerClientLink) -> None:
    answers = ask_as_strangers(link, UNPROVEN_PER_HOUR + 20)

    assert answers == [CodeSent()] * UNPROVEN_PER_HOUR + [AddressNeeded()] * 20
    assert len(deliver_mail()) == UNPROVEN_PER_HOUR


def test_who_knows_the_address_gets_a_code_all_the_same(link: ReferralPartnerClientLink) -> None:
    ask_as_strangers(link, UNPROVEN_PER_HOUR)

    answer = ask(link, address="Jane@ACME.test")

    assert answer == CodeSent()
    assert isinstance(type_in(link, mailed_code()), Proof)


def test_another_address_is_answered_alike_and_mailed_nothing(link: ReferralPartnerClientLink) -> None:
    ask_as_strangers(link, UNPROVEN_PER_HOUR)
    before = len(deliver_mail())

    assert ask(link, address="joe@acme.test") == CodeSent()
    assert type_in(link, "WRONG234") == WrongCode(4)
    assert len(deliver_mail()) == before


def test_codes_that_prove_something_do_not_count(link: ReferralPartnerClientLink) -> None:
    for number in range(UNPROVEN_PER_HOUR + 1):
        assert ask(link, browser=f"colleague {number}", network=f"198.51.{number}.0/24") == CodeSent()
        type_in(link, mailed_code(), browser=f"colleague {number}", renamed=f"renamed {number}")


def test_an_hour_later_nobody_has_to_type_it(link: ReferralPartnerClientLink) -> None:
    ask_as_strangers(link, UNPROVEN_PER_HOUR)
    age(requested_at=timedelta(hours=1))

    assert ask(link) == CodeSent()


def test_a_partner_gets_no_more_mails_sent_by_making_more_requests(db: None) -> None:
    """The limits were counted by request, and a partner makes as many as it likes."""
    client = make_client(admin="jane@acme.test")
    requests = [make_request(client=client, tenant_id=f"tenant-{number}") for number in range(12)]

    answers = [
        ask(request, purpose=Purpose.APPROVAL, browser=f"b{number}", network=f"198.51.{number}.0/24", address=ADDRESS)
        for request in requests
        for number in range(5)
    ]

    assert answers.count(CodeSent()) > PER_MAILBOX_AND_HOUR
    assert len(deliver_mail()) == PER_MAILBOX_AND_HOUR


@pytest.mark.parametrize("address", [ADDRESS, "joe@acme.test"])
def test_a_full_mailbox_is_answered_like_any_other_and_gets_nothing(
    link: ReferralPartnerClientLink, address: str
) -> None:
    answers = ask_as_strangers(link, PER_MAILBOX_AND_HOUR + 1, address=address)

    assert answers == [CodeSent()] * (PER_MAILBOX_AND_HOUR + 1)
    assert len(deliver_mail()) == (PER_MAILBOX_AND_HOUR if address == ADDRESS else 0)


def test_who_types_an_address_on_the_page_of_a_client_that_has_it_not_keeps_nobody_out(
    link: ReferralPartnerClientLink,
) -> None:
    other = make_link(client=make_client(admin="mallory@other.test"), tenant_id="tenant-2")
    ask_as_strangers(other, PER_MAILBOX_AND_HOUR * 3, address=ADDRESS)

    assert ask(link) == CodeSent()
    assert len(deliver_mail()) == 1


def test_tags_of_one_mailbox_fill_it_together_and_leave_it_its_own_share(link: ReferralPartnerClientLink) -> None:
    local_part, _, domain = ADDRESS.partition("@")
    tagged = [
        make_link(client=make_client(admin=f"{local_part}+{number}@{domain}"), tenant_id=f"tenant-{number}")
        for number in range(PER_MAILBOX_AND_HOUR + 5)
    ]

    answers = [ask(each, browser=f"b{number}") for number, each in enumerate(tagged)]

    assert answers == [CodeSent()] * len(tagged)
    assert len(deliver_mail()) == PER_MAILBOX_AND_HOUR
    assert ask(link) == CodeSent()
    assert len(deliver_mail()) == PER_MAILBOX_AND_HOUR + 1


def test_a_mailbox_is_full_for_another_client_too(link: ReferralPartnerClientLink) -> None:
    ask_as_strangers(link, PER_MAILBOX_AND_HOUR, address=ADDRESS)
    deliver_mail().clear()
    EmailAddress.objects.release([ADDRESS])
    other = make_link(client=make_client(admin=ADDRESS), tenant_id="tenant-2")

    assert ask(other) == CodeSent()
    assert deliver_mail() == []


def test_a_network_gets_ten_an_hour_and_twenty_more_with_the_address(link: ReferralPartnerClientLink) -> None:
    ask_in = partial(ask, link, network="203.0.113.0/24")
    for number in range(PER_NETWORK):
        assert ask_in(browser=f"b{number}") == CodeSent()
        type_in(link, mailed_code(), browser=f"b{number}", renamed=f"r{number}")

    without = ask_in(browser="c")
    answers = [ask_in(browser=f"d{number}", address="joe@acme.test") for number in range(MORE_WITH_THE_ADDRESS + 1)]

    assert without == AddressNeeded()
    assert answers == [CodeSent()] * MORE_WITH_THE_ADDRESS + [TooManyCodes()]
    assert ask(link, network="198.51.100.0/24") == CodeSent()
