"""Name a browser by a random value in a signed cookie, which each proof replaces by a new one."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = f"{settings.COOKIE_PREFIX}debitura-browser"
SALT = "onboarding.proof.browser"
LIFE = timedelta(days=1)


def new_browser() -> str:
    """Make a random name that nobody can guess."""
    return secrets.token_urlsafe(32)


def browser_of(request: HttpRequest) -> str | None:
    """The browser's name; None if it has none, or one that is over a day old or not signed by us."""
    name = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=LIFE)
    return name or None


def forget_browser(response: HttpResponse) -> None:
    """Delete the cookie with the browser's name."""
    response.delete_cookie(COOKIE, samesite="Lax")


def name_browser(response: HttpResponse, name: str) -> None:
    """Set the cookie with the browser's name; it lasts until the browser is closed, for a day at most."""
    response.set_signed_cookie(
        COOKIE, name, salt=SALT, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax", path="/"
    )
