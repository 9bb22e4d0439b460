"""Sessions of staff end after half an hour without a request (docs/adr/0003)."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from staff.sessions import SessionStore

COOKIE = f"{settings.COOKIE_PREFIX}staff_last_request"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class StaffIdleMiddleware:
    """Treats a request as anonymous if the last one was too long ago, and keeps the time of this one in a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Check the request, pass it on, and note its time if it is signed in."""
        if SESSION_KEY in request.session:
            if isinstance(request.session, SessionStore):
                request.session.is_read_only = request.method in SAFE
            if not _is_awake(request):
                request.user = AnonymousUser()
        response = self._get_response(request)
        if SESSION_KEY in request.session and request.user.is_authenticated:
            _note_time(request, response)
        return response


def _is_awake(request: HttpRequest) -> bool:
    noted = request.COOKIES.get(COOKIE, "")
    try:
        session = TimestampSigner(salt=COOKIE).unsign(noted, max_age=settings.STAFF_IDLE_SECONDS)
    except BadSignature:
        return False
    return constant_time_compare(session, _name_of_session(request))


def _note_time(request: HttpRequest, response: HttpResponseBase) -> None:
    if request.session.session_key is None:
        # Signing in as somebody else starts a new session, which has no key until it is saved.
        request.session.save()
    response.set_cookie(
        COOKIE,
        TimestampSigner(salt=COOKIE).sign(_name_of_session(request)),
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _name_of_session(request: HttpRequest) -> str:
    return hashlib.sha256(str(request.session.session_key).encode()).hexdigest()
