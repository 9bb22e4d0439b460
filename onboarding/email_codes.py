"""Prove an address: ask for a code, type it in, stay proven for an hour (product-rules 6.2)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from clients.models import Client, LinkRequest, User
from clients.models.client import Role
from debitura.edge.clock import ClockTimestamp
from debitura.edge.mailbox import normal_address
from onboarding.models import CODE_LIFE, EmailCode, EmailCodeQuerySet, KeptForm, Purpose, Subject
from onboarding.tasks import mail_code

PER_HOUR = 5
PER_DAY = 10
# Higher for all browsers together: a stranger with the URL can use up his own requests but not the client's.
PER_HOUR_ALL = 30
PER_DAY_ALL = 100


@dataclass(frozen=True)
class CodeSent:
    """Each admin of the client has a code of its own on the way; there may be no admin, which is not said."""


@dataclass(frozen=True)
class TooManyCodes:
    """The limits of the hour or the day are reached; nothing was sent."""


type CodeRequest = CodeSent | TooManyCodes


@transaction.atomic
def request_code(*, about: Subject, purpose: Purpose, browser: str, return_url: str = "") -> CodeRequest:
    """
    Mail a code to the client's admins at the addresses we hold. A second call makes the first code useless.

    Where the visitor wants to go back to stays as this browser said it last.
    """
    client = Client.objects.lock().get(pk=about.client_id)
    admins = client.users.filter(role=Role.CREDITOR_ADMIN)
    return _send(EmailCode.about_to_be(about, purpose, browser), about, admins, return_url)


@transaction.atomic
def request_approval_code(*, request: LinkRequest, address: str, browser: str, return_url: str = "") -> CodeRequest:
    """
    Mail a code to the admin of the client whose address was typed, at the address as we hold it.

    If it is no admin's, all is the same but that nothing is mailed: the partner has the URL, and must not find out
    whose address is whose (product-rules 3.8).
    """
    client = Client.objects.lock().get(pk=request.client_id)
    admins = client.users.filter(role=Role.CREDITOR_ADMIN, email_key=normal_address(address))
    code = EmailCode.about_to_be(request, Purpose.APPROVAL, browser)
    return _send(code, request, list(admins) or [None], return_url)


def _send(asked: EmailCode, about: Subject, to: Iterable[User | None], return_url: str) -> CodeRequest:
    if _limit_is_reached(about, asked.browser):
        return TooManyCodes()
    before = EmailCode.objects.of(about, Purpose(asked.purpose), asked.browser)
    asked.return_url = return_url or _return_url_of(before)
    before.open().update(lapsed_at=ClockTimestamp())
    for user in to:
        _make_and_mail(asked, user)
    return CodeSent()


def _return_url_of(before: EmailCodeQuerySet) -> str:
    named = before.exclude(return_url="").order_by("-requested_at")
    return named.values_list("return_url", flat=True).first() or ""


def _limit_is_reached(about: Subject, browser: str) -> bool:
    own = Q(browser=browser)
    last_hour = Q(requested_at__gt=ClockTimestamp() - timedelta(hours=1))
    last_day = EmailCode.objects.about(about).filter(requested_at__gt=ClockTimestamp() - timedelta(days=1))
    asked = last_day.aggregate(
        own_hour=Count("request_id", distinct=True, filter=own & last_hour),
        own_day=Count("request_id", distinct=True, filter=own),
        all_hour=Count("request_id", distinct=True, filter=last_hour),
        all_day=Count("request_id", distinct=True),
    )
    limits = {"own_hour": PER_HOUR, "own_day": PER_DAY, "all_hour": PER_HOUR_ALL, "all_day": PER_DAY_ALL}
    return any(asked[name] >= limit for name, limit in limits.items())


def _make_and_mail(asked: EmailCode, user: User | None) -> None:
    code = copy(asked)
    code.pk = uuid.uuid4()
    code.user, code.address = user, user.email if user else ""
    code.keep_hash()
    code.requested_at = ClockTimestamp()
    code.expires_at = ClockTimestamp() + CODE_LIFE
    code.save(force_insert=True)
    mail_code.defer(code_id=str(code.pk))


@dataclass(frozen=True)
class Proof:
    """A visitor who has shown that mail to this user reaches them."""

    user: User
    address: str
    proven_at: datetime
    return_url: str


@dataclass(frozen=True)
class WrongCode:
    """Not the code; so many tries are left."""

    tries_left: int


@dataclass(frozen=True)
class NoOpenCode:
    """This browser has no code that can still be used: never asked, expired, used, or tried too often."""


type CodeAnswer = Proof | WrongCode | NoOpenCode


@transaction.atomic
def confirm_code(*, about: Subject, purpose: Purpose, browser: str, typed: str, renamed: str) -> CodeAnswer:
    """
    Take a typed code. A right one is used up and becomes the proof; a wrong one costs a try of every open code.

    The rows are locked before they are judged: guesses in parallel wait, and find the tries that are left then. With
    the proof the browser gets a new name, so that whoever knew the old one (a shared machine) has nothing.
    """
    Client.objects.lock().get(pk=about.client_id)
    codes = list(EmailCode.objects.of(about, purpose, browser).open().select_for_update(of=("self",)).order_by("pk"))
    if not codes:
        return NoOpenCode()
    right = next((code for code in codes if code.user_id and code.is_answered_by(typed)), None)
    if right is None:
        EmailCode.objects.filter(pk__in=[code.pk for code in codes]).update(tries=F("tries") + 1)
        return WrongCode(tries_left=min(code.tries_left() for code in codes) - 1)
    # The transaction's beginning, since a code that was open then may expire before the row is written.
    EmailCode.objects.filter(pk=right.pk).update(used_at=Now())
    EmailCode.objects.filter(pk__in=[code.pk for code in codes if code is not right]).update(lapsed_at=ClockTimestamp())
    EmailCode.objects.filter(browser=browser).update(browser=renamed)
    KeptForm.objects.filter(browser=browser).update(browser=renamed)
    right.refresh_from_db()
    return _proof_by(right)


def _proof_by(code: EmailCode) -> Proof:
    # Both are set on every code that is a proof.
    user, proven_at = cast(User, code.user), cast(datetime, code.used_at)
    return Proof(user=user, address=code.address, proven_at=proven_at, return_url=code.return_url)


def standing_proof(*, about: Subject, purpose: Purpose, browser: str) -> Proof | None:
    """The proof of this browser for this subject and purpose, while it lasts and its user is an admin."""
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
    """Whether this browser had a proof once: what such a visitor typed is kept for after the next code."""
    return EmailCode.objects.of(about, purpose, browser).filter(used_at__isnull=False).exists()


def has_open_code(*, about: Subject, purpose: Purpose, browser: str) -> bool:
    """Whether this browser has asked for a code that can still be typed in."""
    return EmailCode.objects.of(about, purpose, browser).open().exists()
