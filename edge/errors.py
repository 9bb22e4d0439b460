"""Errors as others see them: one JSON body for the API, one plain page for people; never a stack trace."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from math import ceil
from typing import TYPE_CHECKING, Any, override
from uuid import uuid4

import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from edge.chunked import WSGIApplication
from edge.is_api import is_api

if TYPE_CHECKING:  # rest_framework.views imports this module
    from rest_framework.views import APIView

RETRY_AFTER_SECONDS = 2
SHOWN_NAME = 100

log = structlog.get_logger("debitura.errors")

# What a caller can do nothing about but wait: no connection, no lock in time, cut off by a timeout or by a failover.
# Django's classes and psycopg's own, which the pool raises.
DATABASE_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
# SQLSTATEs that are filed elsewhere: a transaction that was ended from outside, and a standby after a failover.
AWAY_STATES = {"25P03", "25P04", "25006"}

# By status: the name of the error, and what the caller is told.
STANDARD = {
    400: ("BadRequest", "The request was not understood."),
    401: ("Unauthorized", "The XApiKey header is missing or holds no key that works."),
    403: ("Forbidden", "You may not do this."),
    404: ("NotFound", "There is nothing here."),
    405: ("MethodNotAllowed", "This does not work here; the Allow header lists what does."),
    413: ("PayloadTooLarge", "The body is over 1 MB."),
    415: ("UnsupportedMediaType", "Send JSON in UTF-8, as application/json, application/*+json or text/json."),
    429: ("RateLimited", "Too many requests. Try again when Retry-After says."),
    503: (
        "ServiceUnavailable",
        "We are busy for a moment. What you asked for may have been done or not: please send the same request again.",
    ),
}


# What the published contract lists for bodies; clients that are generated from it send the first, json-patch+json.
JSON_TYPES = re.compile(r"application/(?:[\w!#$&^.+-]+\+)?json|text/json", re.ASCII | re.IGNORECASE)


class ApiError(Exception):
    """An answer other than success; `error` is a stable PascalCase name, `fields` maps paths to what is wrong there."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        *,
        fields: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.fields = fields
        self.headers = headers


def name_on_the_wire(name: str, _info: object = None) -> str:
    """Write a field in camelCase: as its alias, and as its title, which the docs page shows in place of its name."""
    return to_camel(name)


class BusinessError(BaseModel):
    """One thing that stands in the way."""

    model_config = ConfigDict(
        alias_generator=name_on_the_wire, field_title_generator=name_on_the_wire, validate_by_name=True
    )

    type: str
    message: str
    solution_url: str | None


class ErrorAnswer(BaseModel):
    """Every error but the 409 and 422 of POST /clients."""

    model_config = ConfigDict(alias_generator=name_on_the_wire, field_title_generator=name_on_the_wire)

    error: str
    message: str
    business_errors: list[BusinessError]
    validation_errors: dict[str, list[str]] | None = None


def error_body(error: str, message: str, fields: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """Put an error into the body of product-rules 1.4."""
    body: dict[str, Any] = {
        "error": error,
        "message": message,
        "businessErrors": [{"type": error, "message": message, "solutionUrl": None}],
    }
    return body if fields is None else {**body, "validationErrors": dict(fields)}


def invalid(fields: Mapping[str, list[str]]) -> ApiError:
    """Make the 400 that names every field that is wrong."""
    count = "1 invalid field" if len(fields) == 1 else f"{len(fields)} invalid fields"
    return ApiError(400, "ValidationError", f"The request has {count}.", fields=fields)


def field_path(steps: Iterable[str | int]) -> str:
    """Name a field by where it is, as in `users[0].email`; `body` is the whole."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{_shown(step)}"
    return path.removeprefix(".") or "body"


def _shown(name: str) -> str:
    """Write a name that the caller chose: long ones are cut, and what cannot be seen is replaced."""
    printable = "".join(character if character.isprintable() else "\ufffd" for character in name[:SHOWN_NAME])
    return printable + "…" if len(name) > SHOWN_NAME else printable or '""'


# --- The API --------------------------------------------------------------------------------------


class AlwaysJSON(DefaultContentNegotiation):
    """JSON in, by any of its names, and out, whatever the Accept header asks for: there is nothing else."""

    @override
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Take the first, which is the only one; raises the 415 of a body that is said to be something else."""
        encoding = request.headers.get("Content-Encoding", "identity").strip().casefold()
        if encoding not in ("", "identity"):
            raise _encoded(encoding)
        media_type = request.content_type.partition(";")[0].strip()
        if not JSON_TYPES.fullmatch(media_type):
            raise standard(415)
        return next(iter(parsers))

    @override
    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Take the first, which is the only one."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Closed(BasePermission):
    """Lets nobody in: the default, so that an operation without a permission of its own is not open."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say no."""
        return False


def answer_exception(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Turn whatever an operation raised into its answer; for DRF's EXCEPTION_HANDLER."""
    if is_database_away(exc):
        return _away(context["request"]._request, exc)
    error = _as_api_error(exc)
    if error is None:
        log.error("request_crashed", exc_info=exc)
        error = _crash()
    return _json(error)


def _encoded(encoding: str) -> ApiError:
    """RFC 9110, 15.5.16: the answer says what would be taken."""
    message = f"Content-Encoding {_shown(encoding)} is not read here: send the body as it is, without that header."
    return ApiError(415, STANDARD[415][0], message, headers={"Accept-Encoding": "identity"})


def standard(status: int, headers: Mapping[str, str] | None = None) -> ApiError:
    """Make the error that has nothing to say but its kind."""
    error, message = STANDARD.get(status, STANDARD[400])
    return ApiError(status, error, message, headers=headers)


def _as_api_error(exc: Exception | None) -> ApiError | None:
    """Translate what DRF and Django raise on purpose; None for a crash."""
    match exc:
        case ApiError():
            return exc
        case exceptions.Throttled():
            return _rate_limited(exc)
        case exceptions.APIException() if exc.status_code < 500:
            return standard(exc.status_code, {"WWW-Authenticate": "XApiKey"} if exc.status_code == 401 else None)
        case Http404() | PermissionDenied() | SuspiciousOperation() | BadRequest():
            return standard(_status(exc))
    return None


def _status(exc: Exception) -> int:
    statuses = ((Http404, 404), (PermissionDenied, 403), (RequestDataTooBig, 413))
    return next((status for kind, status in statuses if isinstance(exc, kind)), 400)


def _rate_limited(exc: exceptions.Throttled) -> ApiError:
    seconds = max(1, ceil(getattr(exc, "wait", None) or 0))
    message = f"Too many requests. Try again in {seconds} seconds."
    return ApiError(429, "RateLimited", message, headers={"Retry-After": str(seconds)})


def _crash() -> ApiError:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    named = f" and name the request id {request_id}" if request_id else ""
    message = f"Something went wrong on our side. If it goes on, please write to {settings.SUPPORT_CONTACT}{named}."
    return ApiError(500, "ServerError", message)


def _json(error: ApiError) -> JsonResponse:
    body = error_body(error.error, error.message, error.fields)
    return JsonResponse(body, status=error.status, headers=dict(error.headers or {}))


# --- The database is away -------------------------------------------------------------------------


def is_database_away(exc: BaseException | None) -> bool:
    """Tell whether waiting may help: no connection, no lock, no answer in time. Not for a statement that is wrong."""
    if isinstance(exc, DATABASE_AWAY):
        return True
    causes = (exc, exc.__cause__ if exc else None)
    return any(getattr(cause, "sqlstate", None) in AWAY_STATES for cause in causes)


def _away(request: HttpRequest, exc: BaseException) -> HttpResponse:
    log.warning("database_away", cause=type(exc.__cause__ or exc).__name__)
    return answer(request, standard(503, {"Retry-After": str(RETRY_AFTER_SECONDS)}))


class DatabaseAwayMiddleware:
    """A 503 with Retry-After for pages too; what other middleware raises reaches `server_error`, with the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer what a view could not do without the database."""
        return _away(request, exc) if is_database_away(exc) else None


class NeverRaises:
    """
    Answers what goes wrong outside Django, which the server would print with all its values.

    What Django itself raises it answers itself; so this is for what happens while it makes the request.
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
                answered = _json(_crash())
            start_response("500 Internal Server Error", [*answered.items(), ("X-Request-Id", request_id)])
            return [answered.content]


# --- Pages, and whatever comes before an operation is found ---------------------------------------

PAGES = {
    400: ("This did not work", "The request could not be understood. Please go back and try again."),
    403: ("This page is closed", "You do not have the right to see it. If you were signed in, please sign in again."),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what was here is over. Please use the link that you were given.",
    ),
    405: ("This does not work here", "Please go back and use the buttons of the page."),
    413: ("That was too much at once", "What was sent is over 400 kB. Please go back and send less."),
    500: ("Something went wrong", "This is a fault of ours. Please try again; if it goes on, tell support."),
    503: ("One moment, please", "Please wait a few seconds and load the page again; it shows what has been saved."),
}
# By what was wrong with a form.
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


def answer(request: HttpRequest, error: ApiError, page: tuple[str, str] | None = None) -> HttpResponse:
    """Answer in JSON to those who call the API or ask for no page; with a page to people."""
    if is_api(request) or "text/html" not in request.headers.get("Accept", ""):
        return _json(error)
    title, sentence = page or PAGES.get(error.status, (PAGES[400][0], error.message))
    context = {
        "title": title,
        "sentence": sentence,
        "status": error.status,
        "request_id": structlog.contextvars.get_contextvars().get("request_id") if error.status == 500 else None,
        "support_contact": settings.SUPPORT_CONTACT,
    }
    # Without the request: context processors could ask the database, which may be what is away.
    html = render_to_string("errors/page.html", context)
    return HttpResponse(html, status=error.status, headers={"Cache-Control": "no-store", **(error.headers or {})})


def takes_plain_http[View: Callable[..., HttpResponseBase]](view: View) -> View:
    """Mark a view that may be asked without TLS: a load balancer asks it, inside, and sends no key."""
    view.takes_plain_http = True  # type: ignore[attr-defined]  # as Django's decorators do
    return view


def sent_in_clear(request: HttpRequest) -> ApiError | None:
    """
    Refuse a call that came without TLS, where there is TLS: it brought a key that others could read on the way.

    It is not led on: a program that is would send its key in clear for ever.
    """
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return None
    with suppress(Resolver404):
        if getattr(resolve(request.path_info).func, "takes_plain_http", False):
            return None
    message = "Call this over https. A key that is sent without could be read on the way: replace it."
    return ApiError(403, "HttpsRequired", message)


def _form_refusal(request: HttpRequest) -> ApiError | None:
    """Forms of pages come in UTF-8, which is what all pages are sent in, and files count towards their size."""
    if (request.encoding or "utf-8").lower() != "utf-8":
        return standard(400)
    length = request.headers.get("Content-Length", "")
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    return standard(413) if length.isdecimal() and int(length[:20]) > limit else None


def with_our_body(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """
    Give our body to the errors that Django answers by itself.

    A 405 of a page has none, and with DEBUG on an unknown address or host is answered with all URLs or settings.
    """
    if settings.DEBUG and response.status_code in (400, 404) and request.resolver_match is None:
        return answer(request, standard(400) if response.status_code == 400 else _nothing_here(request))
    if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
        return answer(request, standard(405, {"Allow": response.headers.get("Allow", "")}))
    return response


class ErrorBodiesMiddleware:
    """Our body for the errors of pages, whoever raises them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the request on its way in, before a form is read, and at the answer on its way out."""
        refusal = _form_refusal(request)
        return answer(request, refusal) if refusal else with_our_body(request, self._get_response(request))

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer what a view raised on purpose, the same with DEBUG on and off."""
        error = _as_api_error(exc)
        return None if error is None else answer(request, error)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what Django found wrong with a request, for handler400; a form over the limit is a 413."""
    return answer(request, _as_api_error(exception) or standard(400))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer PermissionDenied, for handler403."""
    return answer(request, standard(403))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that comes from no page of ours, or from one that is too old; for CSRF_FAILURE_VIEW."""
    kind = "cookie" if reason == REASON_NO_CSRF_COOKIE else "token"
    foreign = reason.startswith(("Origin checking", "Referer checking"))
    return answer(request, standard(403), FORM_REFUSED["origin" if foreign else kind])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer Http404, for handler404."""
    return answer(request, _nothing_here(request))


def _nothing_here(request: HttpRequest) -> ApiError:
    """Name the slash where it is what is wrong with the path of a call."""
    path, error = request.path_info, standard(404)
    if path.endswith("/") or "//" in path:
        error.message = "There is nothing here: the path has a slash at its end, or two in a row. Send it without."
    return error


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught, for handler500; a database that middleware missed is a 503. Django logs the crash."""
    crash = sys.exception()
    if crash is not None and is_database_away(crash):
        return _away(request, crash)
    return answer(request, _crash())
