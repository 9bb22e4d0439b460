"""Prove an e-mail address by typing in a code that was mailed to it; a proof lasts an hour (product-rules 6.2)."""

from __future__ import annotations

import uuid
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from clients.models import Client, EmailAddress, User
from clients.models.client import Role
from edge.clock import ClockTimestamp
from edge.mailbox import normal_address
from onboarding.models import (
    A_MINUTE,
    CODE_LIFE,
    ONE_DAY,
    TRIES,
    EmailCode,
    EmailCodeQuerySet,
    KeptForm,
    Purpose,
    Subject,
)
from onboarding.tasks import mail_code

PER_HOUR = 5
PER_DAY = 10
# After this many codes in an hour that proved nothing, in total or from one network, only somebody who types an admin's
# address gets another: a stranger with the URL can neither flood a mailbox nor lock the client out.
UNPROVEN_PER_HOUR = 10
PER_NETWORK = 10
MORE_WITH_THE_ADDRESS = 20
# Codes per mailbox, whoever asks and for whatever client: even somebody who knows the address cannot flood it.
PER_MAILBOX_AND_HOUR = 20
PER_MAILBOX_AND_DAY = 50
AN_HOUR = timedelta(hours=1)
SECOND_CLICK = timedelta(seconds=3)


@dataclass(frozen=True)
class CodeSent:
    """Each admin of the client is being mailed a code of their own. Also returned, without mail, when there is none."""


@dataclass(frozen=True)
class AddressNeeded:
    """Too many codes proved nothing: nothing was sent, and the visitor must type the address to send one to."""


@dataclass(frozen=True)
class TooManyCodes:
    """The limit of the hour or the day is reached; nothing was sent."""


type CodeRequest = CodeSent | AddressNeeded | TooManyCodes


@transaction.atomic
def request_code(
    *,
    about: Subject,
    purpose: Purpose,
    browser: str,
    network: str = "",
    address: str | None = None,
    return_url: str = "",
) -> CodeRequest:
    """
    Mail a code to each of the client's admins, or, given an address, only to the admin who has it.

    If no admin has it, or its mailbox is full, the result is the same but nothing is mailed: whoever has the URL must
    not find out who has which address (product-rules 3.8). A second call lets this browser's codes of over a minute ago
    lapse; within three seconds it does nothing. Without a return URL, the last one from this browser is kept.
    """
    client = Client.objects.lock().get(pk=about.client_id)
    if address is None and needs_address(about=about, network=network):
        return AddressNeeded()
    before = EmailCode.objects.of(about, purpose, browser)
    if _is_a_second_click(before, address):
        return CodeSent()
    if _asked_too_often(client, browser, network):
        return TooManyCodes()
    before.open().exclude(pk__in=before.since(A_MINUTE)).update(lapsed_at=ClockTimestamp())
    asked = EmailCode.about_to_be(about, purpose, browser, network)
    asked.return_url = return_url or _return_url_of(before)
    to: list[User | None] = [*_whom_to_mail(client, address)]
    for user in to or [None]:
        _make_and_mail(asked, user, address)
    return CodeSent()


def _is_a_second_click(before: EmailCodeQuerySet, address: str | None) -> bool:
    """Whether this browser has just asked for the same: mail once, and count it once towards the limit."""
    just_now = before.open().since(SECOND_CLICK)
    return (just_now if address is None else just_now.filter(mailbox=mailbox_hash(address))).exists()


def needs_address(*, about: Subject, network: str) -> bool:
    """Whether a visitor from this network must type the address to send a code to."""
    lately = EmailCode.objects.filter(client=about.client_id).since(AN_HOUR)
    asked = lately.aggregate(
        unproven=Count("request_id", distinct=True, filter=Q(user__isnull=False, used_at=None)),
        from_network=Count("request_id", distinct=True, filter=Q(network=network)),
    )
    return bool(asked["unproven"] >= UNPROVEN_PER_HOUR or asked["from_network"] >= PER_NETWORK)


def _asked_too_often(client: Client, browser: str, network: str) -> bool:
    own, this_hour = Q(browser=browser), Q(requested_at__gt=ClockTimestamp() - AN_HOUR)
    asked = (
        EmailCode.objects.filter(client=client)
        .since(ONE_DAY)
        .aggregate(
            own_hour=Count("request_id", distinct=True, filter=own & this_hour),
            own_day=Count("request_id", distinct=True, filter=own),
            from_network=Count("request_id", distinct=True, filter=Q(network=network) & this_hour),
        )
    )
    limits = {"own_hour": PER_HOUR, "own_day": PER_DAY, "from_network": PER_NETWORK + MORE_WITH_THE_ADDRESS}
    return any(asked[name] >= limit for name, limit in limits.items())


def _is_full(address: str) -> bool:
    """Whether a mailbox gets no more codes for now. Only codes that were mailed count."""
    codes = EmailCode.objects.filter(mailbox=mailbox_hash(address), user__isnull=False)
    return (
        codes.since(AN_HOUR).values("request_id").distinct().count() >= PER_MAILBOX_AND_HOUR
        or codes.since(ONE_DAY).values("request_id").distinct().count() >= PER_MAILBOX_AND_DAY
    )


def _whom_to_mail(client: Client, address: str | None) -> list[User]:
    admins = client.users.filter(role=Role.CREDITOR_ADMIN)
    if address is not None:
        admins = admins.filter(email_key=normal_address(address))
    return [user for user in admins if not _is_full(user.email)]


def mailbox_hash(address: str) -> str:
    """
    A keyed hash to count codes per mailbox by. Of an address that a stranger typed, only this hash is stored.

    All addresses with a tag (`jane+1@`, `jane+2@`) count as one, since they are one mailbox. The one without a tag
    counts separately, so that nobody can use up its limit by typing tags.
    """
    local_part, at, domain = normal_address(address).rpartition("@")
    base, tag, _ = local_part.partition("+")
    return salted_hmac("onboarding.mailbox", f"{base}{tag}{at}{domain}", algorithm="sha256").hexdigest()


def _return_url_of(before: EmailCodeQuerySet) -> str:
    named = before.exclude(return_url="").order_by("-requested_at")
    return named.values_list("return_url", flat=True).first() or ""


def _make_and_mail(asked: EmailCode, user: User | None, typed: str | None) -> None:
    code = copy(asked)
    code.pk = uuid.uuid4()
    code.user, code.address = user, user.email if user else ""
    code.mailbox = mailbox_hash(code.address or typed or "")
    code.keep_hash()
    code.requested_at = ClockTimestamp()
    code.expires_at = ClockTimestamp() + CODE_LIFE
    code.save(force_insert=True)
    mail_code.defer(code_id=str(code.pk))


@dataclass(frozen=True)
class Proof:
    """A browser has shown that its visitor reads this user's mail."""

    user: User
    address: str
    proven_at: datetime
    return_url: str
    browser: str  # the browser's name since the proof


@dataclass(frozen=True)
class ProvenByAnother:
    """The code is right, but another client has proven the address; support must sort that out."""


@dataclass(frozen=True)
class WrongCode:
    """The code is wrong."""

    tries_left: int


@dataclass(frozen=True)
class NoOpenCode:
    """This browser has no usable code: it never asked for one, or it expired, was used, or was tried too often."""


type CodeAnswer = Proof | ProvenByAnother | WrongCode | NoOpenCode


@transaction.atomic
def confirm_code(*, about: Subject, purpose: Purpose, browser: str, typed: str, renamed: str) -> CodeAnswer:
    """
    Check a typed code. The right one is used up and becomes the proof; a wrong one costs each open code a try.

    The rows are locked before they are checked, so guesses in parallel wait for each other. With the proof the browser
    gets the name `renamed`: knowing the old one (on a shared machine) is then worth nothing. The same code again within
    a minute from the same browser, by a double click or a slow connection, returns the same proof.
    """
    client = Client.objects.lock().get(pk=about.client_id)
    asked = EmailCode.objects.about(about).filter(purpose=purpose)
    open_codes = asked.filter(browser=browser).open().select_related("user")
    codes = list(open_codes.select_for_update(of=("self",)).order_by("pk"))
    if not codes:
        return _answered_before(asked.just_used(browser), typed) or NoOpenCode()
    right = next((code for code in codes if code.goes_to_its_user() and code.is_answered_by(typed)), None)
    if right is None:
        return _wrong(codes)
    if not EmailAddress.objects.prove(client, right.address):
        return ProvenByAnother()
    codes.remove(right)
    return _use_up(right, codes, browser, renamed)


def _wrong(codes: list[EmailCode]) -> WrongCode:
    EmailCode.objects.filter(pk__in=[code.pk for code in codes]).update(tries=F("tries") + 1)
    return WrongCode(tries_left=min(code.tries_left() for code in codes) - 1)


def _use_up(right: EmailCode, others: list[EmailCode], browser: str, renamed: str) -> Proof:
    # Now() is the start of the transaction: a code that was open then may have expired by the time of this UPDATE.
    EmailCode.objects.filter(pk=right.pk).update(used_at=Now(), renamed_from=browser)
    EmailCode.objects.filter(pk__in=[code.pk for code in others]).update(lapsed_at=ClockTimestamp())
    EmailCode.objects.filter(browser=browser).update(browser=renamed)
    KeptForm.objects.filter(browser=browser).update(browser=renamed)
    right.refresh_from_db()
    return _proof_by(right)


def _answered_before(used: EmailCodeQuerySet, typed: str) -> Proof | None:
    """The proof that this code gave a moment ago; None if the code is wrong, which costs a try here too."""
    code = used.filter(tries__lt=TRIES).select_related("user").first()
    if code is None:
        return None
    if code.is_answered_by(typed):
        return _proof_by(code)
    EmailCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
    return None


def _proof_by(code: EmailCode) -> Proof:
    # Every code that is a proof has both.
    user, proven_at = cast(User, code.user), cast(datetime, code.used_at)
    return Proof(user=user, address=code.address, proven_at=proven_at, return_url=code.return_url, browser=code.browser)


def standing_proof(*, about: Subject, purpose: Purpose, browser: str) -> Proof | None:
    """This browser's valid proof for this subject and purpose, or None. Its user must still be an admin."""
    code = (
        EmailCode.objects.of(about, purpose, browser)
        .proofs()
        .filter(user__client=about.client_id, user__role=Role.CREDITOR_ADMIN)
        .select_related("user")
        .order_by("-used_at")
        .first()
    )
    return None if code is None else _proof_by(code)


def has_ever_proven(*, about: Subject, purpose: Purpose, browser: str) -> bool:
    """Whether this browser ever had a proof, valid or not: only then are its unsaved forms kept."""
    return EmailCode.objects.of(about, purpose, browser).filter(used_at__isnull=False).exists()


def has_open_code(*, about: Subject, purpose: Purpose, browser: str) -> bool:
    """Whether this browser has asked for a code that can still be used."""
    return EmailCode.objects.of(about, purpose, browser).open().exists()
