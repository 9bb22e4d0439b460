"""Codes: who may use which, how often, and how long."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from clients.models import Agreement, Client, EmailAddress, ReferralPartnerClientLink
from clients.models.client import Role
from onboarding.models import TRIES, EmailCode, Purpose, Subject
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
    NoOpenCode,
    Proof,
    ProvenByAnother,
    TooManyCodes,
    WrongCode,
    confirm_code,
    request_code,
    standing_proof,
)
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_request, make_user
from tests.onboarding.visitor import mailed_code
from tests.race import at_once, in_thread, wait_until_blocked

FIRST = Purpose.FIRST_SIGNING
# Where a code stands in what is pasted, as a whole or in pieces.
WHERE = ["abcd2345", "AB\\W?CD\\W?2345", "A B C D 2 3 4 5", "ＡＢＣＤ２３４５"]
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


# --- Who does not know the address ------------------------------------------------------------------


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


# --- Whose the address is ---------------------------------------------------------------------------


def test_typing_the_code_proves_the_address_for_the_client(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    assert list(link.client.addresses.filter(proven_at__isnull=False)) == [EmailAddress.objects.get(pk=ADDRESS)]


def test_who_reads_the_mail_takes_the_address_from_a_client_that_was_only_said_to_have_it(
    link: ReferralPartnerClientLink,
) -> None:
    EmailAddress.objects.release([ADDRESS])
    squatter = make_client(admin="mallory@else.test", colleagues=(ADDRESS,))
    ask(link)

    assert isinstance(type_in(link, mailed_code()), Proof)
    assert EmailAddress.objects.get(pk=ADDRESS).client == link.client
    assert link.client.users.get().email_key == ADDRESS
    assert squatter.users.get(email=ADDRESS).email_key is None


@pytest.mark.parametrize("proven", [ADDRESS, "mallory@acme.test"], ids=["itself", "its domain"])
def test_an_address_that_another_client_has_proven_is_for_support(link: ReferralPartnerClientLink, proven: str) -> None:
    EmailAddress.objects.release([ADDRESS])
    make_client(admin="mallory@acme.test", colleagues=(ADDRESS,))
    EmailAddress.objects.filter(pk=proven).update(proven_at=timezone.now())
    ask(link)

    assert type_in(link, mailed_code()) == ProvenByAnother()
    assert proof(link) is None


def test_a_code_to_an_address_of_before_proves_nothing(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()
    link.client.users.update(email="jane.doe@acme.test")

    assert isinstance(type_in(link, code), WrongCode)


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
