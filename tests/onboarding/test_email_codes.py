"""Codes: who may use which, how often, and how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models import F

from clients.models import Agreement, Client, ReferralPartnerClientLink
from clients.models.client import Role
from onboarding import email_codes
from onboarding.email_codes import (
    PER_DAY,
    PER_HOUR,
    PER_HOUR_ALL,
    CodeSent,
    NoOpenCode,
    Proof,
    TooManyCodes,
    WrongCode,
    confirm_code,
    request_code,
    standing_proof,
)
from onboarding.models import TRIES, EmailCode, Purpose
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_user
from tests.onboarding.visitor import mailed_code
from tests.race import at_once, in_thread, wait_until_blocked

FIRST = Purpose.FIRST_SIGNING
SECOND = timedelta(seconds=1)


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    return make_link(client=make_client(admin="jane@acme.test"))


def ask(link: ReferralPartnerClientLink, browser: str = "mine", **facts: Any) -> email_codes.CodeRequest:
    return request_code(**{"about": link, "purpose": FIRST, "browser": browser, **facts})


def type_in(link: ReferralPartnerClientLink, typed: str, browser: str = "mine", **facts: Any) -> email_codes.CodeAnswer:
    facts = {"about": link, "purpose": FIRST, "browser": browser, "typed": typed, "renamed": "renamed", **facts}
    return confirm_code(**facts)


def proof(link: ReferralPartnerClientLink, browser: str = "renamed", purpose: Purpose = FIRST) -> Proof | None:
    return standing_proof(about=link, purpose=purpose, browser=browser)


def age(**moments: timedelta) -> None:
    EmailCode.objects.update(**{name: F(name) - by for name, by in moments.items()})


def test_a_code_is_mailed_to_the_address_we_hold_and_proves_it(link: ReferralPartnerClientLink) -> None:
    ask(link)

    answer = type_in(link, mailed_code())

    assert isinstance(answer, Proof)
    assert [message.to for message in mail.outbox] == [["jane@acme.test"]]
    assert proof(link) == answer


@pytest.mark.parametrize("dress", [str.lower, " {} ".format, lambda code: f"{code[:4]}-{code[4:]}"])
def test_how_a_code_is_typed_makes_no_difference(link: ReferralPartnerClientLink, dress: Any) -> None:
    ask(link)

    assert isinstance(type_in(link, dress(mailed_code())), Proof)


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

    assert type_in(link, code) == NoOpenCode()
    assert type_in(link, code, browser="renamed") == NoOpenCode()


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
    ask(link)

    assert isinstance(type_in(link, first), WrongCode)
    assert isinstance(type_in(link, mailed_code()), Proof)


def test_a_code_that_lapsed_before_the_worker_came_is_not_mailed(link: ReferralPartnerClientLink) -> None:
    ask(link)
    ask(link)

    assert len(deliver_mail()) == 1


def test_a_proof_lasts_an_hour(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    age(used_at=timedelta(minutes=60) - 2 * SECOND)
    lasting = proof(link)
    age(used_at=2 * SECOND)

    assert lasting is not None
    assert proof(link) is None


@pytest.mark.parametrize(
    "change",
    [{"role": Role.CREDITOR_USER}, {"email": "new@acme.test"}],
    ids=["no longer an admin", "another address"],
)
def test_a_proof_is_of_an_admin_at_the_address_of_now(link: ReferralPartnerClientLink, change: dict[str, str]) -> None:
    ask(link)
    type_in(link, mailed_code())

    link.client.users.update(**change)

    assert proof(link) is None


def test_a_proof_is_for_one_purpose(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    assert proof(link, purpose=Purpose.UPGRADE) is None


def test_whoever_knew_the_browsers_old_name_has_nothing(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    assert proof(link, browser="mine") is None


def test_codes_are_kept_only_as_a_hash(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, '') FROM onboarding_emailcode AS c")
        codes = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(j::text, ''), '') FROM procrastinate_jobs AS j")
        jobs = cursor.fetchone()[0]

    assert code not in codes + jobs


def test_a_browser_gets_five_codes_an_hour(link: ReferralPartnerClientLink) -> None:
    answers = [ask(link) for _ in range(PER_HOUR + 1)]

    assert answers == [CodeSent()] * PER_HOUR + [TooManyCodes()]


def test_the_code_before_the_limit_still_works(link: ReferralPartnerClientLink) -> None:
    for _ in range(PER_HOUR + 1):
        ask(link)

    assert isinstance(type_in(link, mailed_code()), Proof)


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


def test_all_browsers_together_have_a_limit_too(link: ReferralPartnerClientLink) -> None:
    answers = [ask(link, browser=f"stranger {number}") for number in range(PER_HOUR_ALL + 1)]

    assert answers == [CodeSent()] * PER_HOUR_ALL + [TooManyCodes()]


# --- Twenty guesses at once -------------------------------------------------------------------------


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
