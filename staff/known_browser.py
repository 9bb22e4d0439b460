"""Browsers that somebody signed in to an account with before; strangers' failures do not lock it out there."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from staff.models import sign_in_name

COOKIE = f"{settings.COOKIE_PREFIX}staff_browser"
LIFE = timedelta(days=90)


def known_browser(request: HttpRequest, name: str) -> str | None:
    """This browser's name if somebody has signed in to the account with it in the last 90 days, else None."""
    noted = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=LIFE)
    account, _, browser = (noted or "").partition(".")
    return browser if browser and constant_time_compare(account, _hidden(name)) else None


def note_browser(request: HttpRequest, response: HttpResponseBase, name: str) -> None:
    """Remember in a cookie that this browser signed in to this account; replaces any other account."""
    response.set_signed_cookie(
        COOKIE,
        f"{_hidden(name)}.{known_browser(request, name) or secrets.token_urlsafe(32)}",
        salt=COOKIE,
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _hidden(name: str) -> str:
    """A keyed hash of the account's address, so that the cookie does not reveal whose account it is."""
    return salted_hmac(COOKIE, sign_in_name(name), algorithm="sha256").hexdigest()
