"""Codes: who may use which, and how long."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from clients.models import Client, ReferralPartnerClientLink
from clients.models.client import Role
from onboarding.models import TRIES, EmailCode, Purpose
from onboarding.proof.email_codes import (
    CodeSent,
    NoOpenCode,
    Proof,
    WrongCode,
)
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_user
from tests.onboarding.proof.conftest import ADDRESS, SECOND, age, ask, proof, type_in
from tests.onboarding.visitor import mailed_code
from tests.race import at_once, in_thread, wait_until_blocked

# Where a code stands in what is pasted, as a whole or in pieces.
WHERE = ["abcd2345", "AB\\W?CD\\W?2345", "A B C D 2 3 4 5", "ＡＢＣＤ２３４５"]


def test_a_code_is_mailed_to_the_address_we_hold_and_proves_it(link: ReferralPartnerClientLink) -> None:
    ask(link)

    answer = type_in(link, mailed_code())

    assert isinstance(answer, Proof)
    assert [message.to for message in mail.outbox] == [["jane@acme.test"]]
    assert proof(link) == answer


# ABCD and 2345 stand for the halves of the code.
@pytest.mark.parametrize(
    "way",
    [
        "abcd2345", " ABCD2345 \r\n", "ABCD-2345", "ABCD 2345", "ABCD\u00a02345", "ABCD\u30002345", "ABCD\u20132345",
        "ABCD\u20112345", "AB\u200bCD2345", "AB\u2060CD2345", "AB\u00adCD2345", "\u2068ABCD2345\u2069",
        "\u200eABCD2345", "ABCD2345.", "“ABCD2345”", "(ABCD2345)", "*ABCD2345*", "A B C D 2 3 4 5", "ＡＢＣＤ２３４５",
        "Code: ABCD2345", "Code: ABCD-2345", "ABCD2345 is your code for Debitura", "BACKBASE sent me ABCD2345",
        "Your code is\n\n    ABCD2345\n\nType it on the page that you opened from Backbase.",
    ],
)  # fmt: skip
def test_how_a_code_is_typed_or_pasted_makes_no_difference(link: ReferralPartnerClientLink, way: str) -> None:
    ask(link)
    letters = dict(zip("ABCD2345", mailed_code(), strict=True))
    wide = {chr(ord(letter) + 0xFEE0): chr(ord(own) + 0xFEE0) for letter, own in letters.items()}
    small = {letter.lower(): own.lower() for letter, own in letters.items() if way == "abcd2345"}

    table = str.maketrans("".join(letters | wide | small), "".join((letters | wide | small).values()))
    typed = re.sub("|".join(WHERE), lambda code: code[0].translate(table), way)

    assert isinstance(type_in(link, typed), Proof)


@pytest.mark.parametrize(
    "way", ["ABCD234", "ABCD23456", "ABCD", "2345", "", "ABCD2345" * 3, "ABCDX2345", "x" * 2000 + " ABCD2345"]
)
def test_what_is_not_the_code_is_not(link: ReferralPartnerClientLink, way: str) -> None:
    ask(link)
    code = mailed_code()

    assert type_in(link, way.replace("ABCD", code[:4]).replace("2345", code[4:])) == WrongCode(4)


def test_only_admins_of_the_client_get_a_code_and_each_one_of_their_own(link: ReferralPartnerClientLink) -> None:
    make_user(link.client, email="ib@acme.test")
    make_user(link.client, email="ann@acme.test", role=Role.CREDITOR_ADMIN)

    ask(link)
    codes = {mailed_code(1), mailed_code(2)}

    assert {message.to[0] for message in mail.outbox} == {"jane@acme.test", "ann@acme.test"}
    assert len(codes) == 2


def test_a_client_without_an_admin_is_answered_alike(link: ReferralPartnerClientLink) -> None:
    link.client.users.update(role=Role.CREDITOR_USER)

    assert ask(link) == CodeSent()
    assert deliver_mail() == []


def test_five_wrong_codes_and_the_right_one_is_refused(link: ReferralPartnerClientLink) -> None:
    ask(link)

    answers = [type_in(link, "WRONG234") for _ in range(TRIES)]

    assert answers == [WrongCode(tries_left) for tries_left in (4, 3, 2, 1, 0)]
    assert type_in(link, mailed_code()) == NoOpenCode()


def test_a_code_works_for_ten_minutes(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()

    age(expires_at=timedelta(minutes=10))

    assert type_in(link, code) == NoOpenCode()


def test_a_code_works_in_its_last_second(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()

    age(expires_at=timedelta(minutes=10) - 2 * SECOND)

    assert isinstance(type_in(link, code), Proof)


def test_a_code_works_once(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()
    type_in(link, code)
    age(used_at=timedelta(minutes=1))

    assert type_in(link, code) == NoOpenCode()
    assert type_in(link, code, browser="renamed") == NoOpenCode()


def test_a_second_click_leads_on_as_the_first_did(link: ReferralPartnerClientLink) -> None:
    """It was sent before the browser got its new name."""
    ask(link)
    code = mailed_code()

    first, second = type_in(link, code), type_in(link, code, renamed="another")

    assert isinstance(first, Proof)
    assert second == first
    assert first.browser == "renamed"


def test_two_clicks_at_once_lead_on(transactional_db: None) -> None:
    link = make_link()
    ask(link)
    code = mailed_code()

    answers = at_once(*[partial(type_in, link, code, renamed=f"renamed {number}") for number in range(2)])

    assert isinstance(answers[0], Proof)
    assert answers[0] == answers[1]


def test_guesses_after_the_code_was_used_are_counted(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()
    type_in(link, code)

    guesses = [type_in(link, "WRONG234") for _ in range(TRIES)]

    assert guesses == [NoOpenCode()] * TRIES
    assert type_in(link, code) == NoOpenCode()


def test_the_name_of_before_is_good_for_that_code_alone(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())
    ask(link, browser="stranger")

    assert type_in(link, mailed_code()) == NoOpenCode()


@pytest.mark.parametrize("asked_otherwise", [{"browser": "another"}, {"purpose": Purpose.UPGRADE}])
def test_a_code_works_only_where_it_was_asked_for(link: ReferralPartnerClientLink, asked_otherwise: Any) -> None:
    ask(link)
    code = mailed_code()
    ask(link, **asked_otherwise)

    answer = type_in(link, code, **asked_otherwise)

    assert isinstance(answer, WrongCode)


def test_a_code_works_only_for_its_link(link: ReferralPartnerClientLink) -> None:
    other = make_link(client=make_client(), tenant_id="tenant-2")
    ask(link)
    code = mailed_code()
    ask(other)

    assert isinstance(type_in(other, code), WrongCode)


def test_a_new_code_makes_the_one_before_useless(link: ReferralPartnerClientLink) -> None:
    ask(link)
    first = mailed_code()
    age(requested_at=timedelta(minutes=1))
    ask(link)

    assert isinstance(type_in(link, first), WrongCode)
    assert isinstance(type_in(link, mailed_code()), Proof)


@pytest.mark.usefixtures("clicks_apart")
@pytest.mark.parametrize("back", [1, 2])
def test_of_two_codes_asked_for_within_a_minute_both_work_until_one_does(
    link: ReferralPartnerClientLink, back: int
) -> None:
    ask(link)
    ask(link)
    code, other = mailed_code(back), mailed_code(3 - back)

    assert isinstance(type_in(link, code), Proof)
    assert type_in(link, other) == NoOpenCode()
    assert type_in(link, other, browser="renamed") == NoOpenCode()


def test_a_double_click_is_one_mail(link: ReferralPartnerClientLink) -> None:
    answers = [ask(link), ask(link), ask(link, address=ADDRESS), ask(link, address=ADDRESS)]

    assert answers == [CodeSent()] * 4
    assert len(deliver_mail()) == 1
    assert ask(link, address="joe@acme.test") == CodeSent()
    assert EmailCode.objects.count() == 2


def test_a_code_that_lapsed_before_the_worker_came_is_not_mailed(link: ReferralPartnerClientLink) -> None:
    ask(link)
    age(requested_at=timedelta(minutes=1))
    ask(link)

    assert len(deliver_mail()) == 1


def test_codes_are_kept_only_as_a_hash(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, '') FROM onboarding_emailcode AS c")
        codes = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(j::text, ''), '') FROM procrastinate_jobs AS j")
        jobs = cursor.fetchone()[0]

    assert code not in codes + jobs


@pytest.mark.django_db(transaction=True)
def test_of_twenty_guesses_at_once_five_are_judged() -> None:
    link = make_link()
    ask(link)

    answers = at_once(*[partial(type_in, link, "WRONG234")] * 20)

    assert sum(isinstance(answer, WrongCode) for answer in answers) == TRIES
    assert EmailCode.objects.get().tries == TRIES


@pytest.mark.django_db(transaction=True)
def test_a_code_is_taken_while_nobody_else_decides_about_the_client() -> None:
    link = make_link()
    ask(link)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Client.objects.lock().get(pk=link.client_id)
            typing = in_thread(pool, partial(type_in, link, "WRONG234"))
            wait_until_blocked()
        assert isinstance(typing.result(timeout=10), WrongCode)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_the_rows_more_than_five_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    link = make_link()
    ask(link)
    monkeypatch.setattr("onboarding.models.EmailCodeQuerySet.select_for_update", lambda codes, **_: codes, raising=True)
    monkeypatch.setattr("clients.models.client.ClientQuerySet.lock", lambda clients: clients)
    monkeypatch.setattr("onboarding.models.EmailCode.is_answered_by", _slowly_wrong)

    with pytest.raises(Exception, match="code_has_five_tries"):
        at_once(*[partial(type_in, link, "WRONG234")] * 20)


def _slowly_wrong(code: EmailCode, typed: str) -> bool:
    """Guesses that all read before the first of them wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3)")
    return False
