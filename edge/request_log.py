"""
Logs: a line for each request, ids and never values.

Who says what: `debitura.requests` one `request_finished` for each request; `debitura.errors` `request_crashed` (error)
and `database_away` (warning); `django.request` crashes outside the API; `django.security` refused requests, by kind.
`procrastinate` says which job of which task starts and ends. Records of other packages are written as the sentence in
their code, without what was filled in. Of an exception there are the classes and the places in the code: its message
may hold a row, and with it a person.
"""

from __future__ import annotations

import copy
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from time import perf_counter
from types import TracebackType
from typing import Any, TextIO, override
from uuid import UUID, uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase
from structlog.typing import EventDict, Processor, WrappedLogger

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
SHOWN_OF_A_LINK = 8
SHOWN_PLACES = 40
KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

log = structlog.get_logger("debitura.requests")


class RequestLogMiddleware:
    """Names each request, in the answer and in all that is logged on the way, and writes its line; the outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request and write its line."""
        request_id = _request_id(request)
        began = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id, partner=None):
            response = self._get_response(request)
            response.headers["X-Request-Id"] = request_id
            log.info("request_finished", **_facts(request, response), ms=round((perf_counter() - began) * 1000, 1))
        return response


def note_partner(partner_id: UUID) -> None:
    """Name the calling partner in every line of this request from here on."""
    structlog.contextvars.bind_contextvars(partner=str(partner_id))


def _request_id(request: HttpRequest) -> str:
    """Keep the caller's own if it is one that a log can hold."""
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def _facts(request: HttpRequest, response: HttpResponseBase) -> dict[str, Any]:
    """Say what may be kept: the pattern of the URL and not the URL, for that holds ids of links and clients."""
    match = request.resolver_match
    link = match.kwargs.get("link_id") if match else None
    return {
        "method": request.method if request.method in KNOWN_METHODS else "other",
        "route": match.route if match else None,
        "status": response.status_code,
        **({"link": str(link)[:SHOWN_OF_A_LINK]} if link else {}),
    }


# --- How lines are written ------------------------------------------------------------------------


def configure_logging(*, json: bool, environment: str = "") -> dict[str, Any]:
    """Return Django's LOGGING: all loggers through structlog, JSON a line or text for a terminal."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _in(environment),
        exceptions_as_places,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    for_people = structlog.dev.ConsoleRenderer(timestamp_key="time", colors=sys.stdout.isatty())
    rendered: list[Processor] = [structlog.processors.JSONRenderer()] if json else [places_as_lines, for_people]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redacts": {"()": "edge.request_log.Redacts"}},
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
                "use_get_message": False,
            }
        },
        "handlers": {
            "lines": {
                "()": "edge.request_log.Lines",
                "stream": "ext://sys.stdout",
                "formatter": "structlog",
                "filters": ["redacts"],
            },
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["lines"], "level": "INFO"},
        "loggers": {
            # Django's own settings have handlers here that print paths and mail stack traces.
            "django": {"handlers": [], "level": "INFO"},
            # SQL with its parameters, at DEBUG.
            "django.db.backends": {"level": "INFO"},
            # Lines with whole paths, which request_finished makes superfluous.
            "django.server": {"handlers": ["nowhere"], "propagate": False},
            "granian.access": {"handlers": ["nowhere"], "propagate": False},
            "_granian": {"handlers": ["lines"], "level": "INFO", "propagate": False},
            # A line for each of its own modules, at every start.
            "procrastinate.blueprints": {"level": "WARNING"},
            "procrastinate.periodic": {"level": "WARNING"},
        },
    }


class Lines(logging.StreamHandler[TextIO]):
    """Writes a record; one that cannot be written is not printed by Python instead, with all its values."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Say which logger, and what went wrong."""
        sys.stderr.write(f"debitura: a line of {record.name} could not be written: {crash_line(sys.exception())}\n")


class Redacts(logging.Filter):
    """Lets a record of another package through without what was filled into it, or not at all."""

    def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
        """Drop, replace or keep a record."""
        if record.name == "django.request":
            # What was refused is in request_finished, a database that is away in database_away, and a crash of the API
            # in the line of debitura.errors.
            return _named(record, "request_crashed") if record.exc_info and _status(record) == 500 else False
        if record.name.startswith("django.security"):
            return _named(record, "request_refused", logging.WARNING, without_exception=True)
        if record.name.startswith("procrastinate"):
            return _named(record, _without_arguments(str(record.msg)))
        return True


def _status(record: logging.LogRecord) -> int:
    return getattr(record, "status_code", 500)


def _named(
    record: logging.LogRecord, event: str, level: int | None = None, *, without_exception: bool = False
) -> logging.LogRecord:
    renamed = copy.copy(record)
    renamed.msg, renamed.args = event, ()
    if level is not None:
        renamed.levelno, renamed.levelname = level, logging.getLevelName(level)
    if without_exception:
        renamed.exc_info = renamed.exc_text = None
    return renamed


def _without_arguments(message: str) -> str:
    """Name a job as `mail_code[17]`: the number finds its arguments, which are not for logs; nor are exceptions."""
    return re.sub(r"(\[\d*\])\(.*\)", r"\1", message, flags=re.DOTALL).partition(" failed with exception: ")[0]


def _in(environment: str) -> Processor:
    def add(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {**event, "environment": environment} if environment else event

    return add


def exceptions_as_places(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Replace an exception by its classes, the cause last, and the places in the code: no message, no values."""
    found = _exception(event.pop("exc_info", None))
    event.pop("stack_info", None)
    event.pop("exception", None)
    if found is None:
        return event
    return {
        **event,
        "exception": [_class(each) for each in _chain(found)],
        "places": list(_places(found.__traceback__))[-SHOWN_PLACES:],
    }


def places_as_lines(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Put the classes and places under the line, as text for a terminal: ConsoleRenderer takes no lists."""
    if "exception" not in event:
        return event
    places = event.pop("places")
    return {**event, "exception": "\n".join(["  " + ", from ".join(event["exception"]), *map("    {}".format, places)])}


# --- Crashes that nobody logs ---------------------------------------------------------------------


def hide_values_of_crashes() -> None:
    """Let Python say of a crash that ends the process, or a thread of it, what the logs say: classes and places."""

    def say(_class: object, exc: BaseException | None, _traceback: object) -> None:
        sys.stderr.write(f"debitura: {crash_line(exc)}\n")

    sys.excepthook = say
    threading.excepthook = lambda crash: say(*crash[:3])
    sys.unraisablehook = lambda crash: say(None, crash.exc_value, None)


def crash_line(exc: BaseException | None) -> str:
    """Name an exception by its classes, the cause last, and the places in the code."""
    if exc is None:
        return "nothing is known of it"
    return (
        f"{', from '.join(map(_class, _chain(exc)))} at {', '.join(list(_places(exc.__traceback__))[-SHOWN_PLACES:])}"
    )


def _exception(exc_info: Any) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as exc, _):
            return exc
        case True:
            return sys.exception()
    return None


def _class(exc: BaseException) -> str:
    return f"{type(exc).__module__}.{type(exc).__qualname__}".removeprefix("builtins.")


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield exc
        exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)


def _places(tb: TracebackType | None) -> Iterator[str]:
    for frame, line in traceback.walk_tb(tb):
        file = frame.f_code.co_filename.rpartition("site-packages/")[2]
        yield f"{file}:{line}:{frame.f_code.co_name}"
