"""Which browser asks: a random name in a signed cookie, given with the first code and renewed with each proof."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = f"{settings.COOKIE_PREFIX}debitura-browser"
SALT = "onboarding.proof.browser"
LIFE = timedelta(days=1)


def new_browser() -> str:
    """Make a name that nobody can guess."""
    return secrets.token_urlsafe(32)


def browser_of(request: HttpRequest) -> str | None:
    """Return the browser's name; None when it has none, or one that is not from us."""
    name = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=LIFE)
    return name or None


def forget_browser(response: HttpResponse) -> None:
    """Take its name away from the browser."""
    response.delete_cookie(COOKIE, samesite="Lax")


def name_browser(response: HttpResponse, name: str) -> None:
    """Give the browser its name, until it is closed or a day has passed."""
    response.set_signed_cookie(
        COOKIE, name, salt=SALT, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax", path="/"
    )
