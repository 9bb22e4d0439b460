"""Answer errors: in JSON for the API, with a plain page for people; never with a stack trace."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from rest_framework import exceptions

from edge.chunked import MAX_FORM, WSGIApplication, in_words
from edge.database_away import is_database_away
from edge.errors import RETRY_AFTER_SECONDS, ApiError, crash, error_body, rate_limited, standard
from edge.is_api import is_api

log = structlog.get_logger("debitura.errors")


PAGES = {
    400: ("This did not work", "The request could not be understood. Please go back and try again."),
    403: ("This page is closed", "You do not have the right to see it. If you were signed in, please sign in again."),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what was here is over. Please use the link that you were given.",
    ),
    405: ("This does not work here", "Please go back and use the buttons of the page."),
    413: ("That was too much at once", f"What was sent is over {in_words(MAX_FORM)}. Please go back and send less."),
    500: ("Something went wrong", "This is a fault of ours. Please try again; if it goes on, tell support."),
    503: ("One moment, please", "Please wait a few seconds and load the page again; it shows what has been saved."),
}
# For a form that the CSRF check refused, by what was wrong.
FORM_REFUSED = {
    "origin": (
        "This form did not come from here",
        "A page of another site has sent it. Please open the page here by its own link, and send the form from there.",
    ),
    "cookie": (
        "Please send the form again",
        "It came without this site’s cookie. Go back, load the page again and send it; or else allow its cookies.",
    ),
    "token": (
        "Please send the form again",
        "The page was open for too long, or you have signed in or out since. Go back, load it again and send the form.",
    ),
}


def answer_exception(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Turn whatever an operation raised into a response; for DRF's EXCEPTION_HANDLER."""
    if is_database_away(exc):
        return _away(context["request"]._request, exc)
    error = _as_api_error(exc)
    if error is None:
        log.error("request_crashed", exc_info=exc)
        error = crash(_request_id())
    return _json(error)


def _as_api_error(exc: Exception | None) -> ApiError | None:
    """Translate what DRF and Django raise on purpose; None for a crash."""
    match exc:
        case ApiError():
            return exc
        case exceptions.Throttled():
            return rate_limited(getattr(exc, "wait", None) or 0)
        case exceptions.APIException() if exc.status_code < 500:
            return standard(exc.status_code, {"WWW-Authenticate": "XApiKey"} if exc.status_code == 401 else None)
        case Http404() | PermissionDenied() | SuspiciousOperation() | BadRequest():
            return standard(_status(exc))
    return None


def _status(exc: Exception) -> int:
    statuses = ((Http404, 404), (PermissionDenied, 403), (RequestDataTooBig, 413))
    return next((status for kind, status in statuses if isinstance(exc, kind)), 400)


def _request_id() -> str | None:
    return structlog.contextvars.get_contextvars().get("request_id")


def _json(error: ApiError) -> JsonResponse:
    body = error_body(error.error, error.message, error.fields)
    return JsonResponse(body, status=error.status, headers=dict(error.headers or {}))


def answer(request: HttpRequest, error: ApiError, page: tuple[str, str] | None = None) -> HttpResponse:
    """Answer in JSON to calls of the API and to clients that accept no HTML, with a page to people."""
    if is_api(request) or "text/html" not in request.headers.get("Accept", ""):
        return _json(error)
    title, sentence = page or PAGES.get(error.status, (PAGES[400][0], error.message))
    context = {
        "title": title,
        "sentence": sentence,
        "status": error.status,
        "request_id": _request_id() if error.status == 500 else None,
        "support_contact": settings.SUPPORT_CONTACT,
    }
    # Rendered without the request: context processors could query the database, which may be what is away.
    html = render_to_string("errors/page.html", context)
    return HttpResponse(html, status=error.status, headers={"Cache-Control": "no-store", **(error.headers or {})})


def _away(request: HttpRequest, exc: BaseException) -> HttpResponse:
    log.warning("database_away", cause=type(exc.__cause__ or exc).__name__)
    return answer(request, standard(503, {"Retry-After": str(RETRY_AFTER_SECONDS)}))


class DatabaseAwayMiddleware:
    """Gives pages a 503 with Retry-After too; what other middleware raises gets the same from `server_error`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer if the view failed because the database is away; None leaves other exceptions alone."""
        return _away(request, exc) if is_database_away(exc) else None


class NeverRaises:
    """
    Answers exceptions outside Django's own handling, which the server would print with all their values.

    Django answers what its middleware and views raise, so these come from creating the request.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on."""
        try:
            return self._application(environ, start_response)
        except Exception:
            request_id = uuid4().hex
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                log.exception("request_crashed")
                answered = _json(crash(request_id))
            start_response("500 Internal Server Error", [*answered.items(), ("X-Request-Id", request_id)])
            return [answered.content]


def takes_plain_http[View: Callable[..., HttpResponseBase]](view: View) -> View:
    """Mark a view that may be called without TLS: a load balancer calls it from inside and sends no key."""
    view.takes_plain_http = True  # type: ignore[attr-defined]  # as Django's decorators do
    return view


def sent_in_clear(request: HttpRequest) -> ApiError | None:
    """
    Refuse a call that came without TLS although TLS is on: others could read its key on the way. None for other calls.

    It is not redirected: a program that follows redirects would send its key in the clear forever.
    """
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return None
    with suppress(Resolver404):
        if getattr(resolve(request.path_info).func, "takes_plain_http", False):
            return None
    message = "Call this over https. A key that is sent without could be read on the way: replace it."
    return ApiError(403, "HttpsRequired", message)


def _form_refusal(request: HttpRequest) -> ApiError | None:
    """Refuse a form that is not in UTF-8, as all our pages are, or that is too large, files included."""
    if (request.encoding or "utf-8").lower() != "utf-8":
        return standard(400)
    length = request.headers.get("Content-Length", "")
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    return standard(413) if length.isdecimal() and int(length[:20]) > limit else None


def with_our_body(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """
    Replace the body of errors that Django answers by itself.

    Its 405 has none, and with DEBUG on it answers an unknown path or host with all URLs or settings.
    """
    if settings.DEBUG and response.status_code in (400, 404) and request.resolver_match is None:
        return answer(request, standard(400) if response.status_code == 400 else _nothing_here(request))
    if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
        return answer(request, standard(405, {"Allow": response.headers.get("Allow", "")}))
    return response


class ErrorBodiesMiddleware:
    """Gives the errors of pages our own body, wherever they come from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Check the request before its form is read, and the response on its way out."""
        refusal = _form_refusal(request)
        return answer(request, refusal) if refusal else with_our_body(request, self._get_response(request))

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer what a view raised on purpose, the same with DEBUG on and off."""
        error = _as_api_error(exc)
        return None if error is None else answer(request, error)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that Django refused, for handler400; a form over the limit is a 413."""
    return answer(request, _as_api_error(exception) or standard(400))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer PermissionDenied, for handler403."""
    return answer(request, standard(403))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that comes from a page of another site, or from one that is too old; for CSRF_FAILURE_VIEW."""
    kind = "cookie" if reason == REASON_NO_CSRF_COOKIE else "token"
    foreign = reason.startswith(("Origin checking", "Referer checking"))
    return answer(request, standard(403), FORM_REFUSED["origin" if foreign else kind])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer Http404, for handler404."""
    return answer(request, _nothing_here(request))


def _nothing_here(request: HttpRequest) -> ApiError:
    """The 404, with a hint if the path ends with a slash or has two in a row."""
    path, error = request.path_info, standard(404)
    if path.endswith("/") or "//" in path:
        error.message = "There is nothing here: the path has a slash at its end, or two in a row. Send it without."
    return error


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an uncaught exception, for handler500: a 503 if the database is away. Django logs the crash."""
    crashed = sys.exception()
    if crashed is not None and is_database_away(crashed):
        return _away(request, crashed)
    return answer(request, crash(_request_id()))
