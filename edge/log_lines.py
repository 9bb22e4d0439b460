"""
How logs are written: a line for each event, ids and never values.

`debitura.requests` logs one `request_finished` for each request, `debitura.errors` `request_crashed` (error) and
`database_away` (warning), `django.request` crashes outside the API, `django.security` refused requests by kind, and
`procrastinate` the start and end of each job with its task. Records of other packages are written as the sentence in
their code, without the values that were filled in. Of an exception only the classes and the places in the code are
written: its message may hold a row, and with it personal data.
"""

from __future__ import annotations

import copy
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TextIO, override

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SHOWN_PLACES = 40


def configure_logging(*, json: bool, environment: str = "") -> dict[str, Any]:
    """Return Django's LOGGING: all loggers through structlog, one line of JSON each or text for a terminal."""
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
        "filters": {"redacts": {"()": "edge.log_lines.Redacts"}},
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
                "()": "edge.log_lines.Lines",
                "stream": "ext://sys.stdout",
                "formatter": "structlog",
                "filters": ["redacts"],
            },
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["lines"], "level": "INFO"},
        "loggers": {
            # Django's own handlers here print paths and mail stack traces.
            "django": {"handlers": [], "level": "INFO"},
            # Logs SQL with its parameters at DEBUG.
            "django.db.backends": {"level": "INFO"},
            # Log lines with whole paths; request_finished makes them superfluous.
            "django.server": {"handlers": ["nowhere"], "propagate": False},
            "granian.access": {"handlers": ["nowhere"], "propagate": False},
            "_granian": {"handlers": ["lines"], "level": "INFO", "propagate": False},
            # Log a line for each of procrastinate's own modules at every start.
            "procrastinate.blueprints": {"level": "WARNING"},
            "procrastinate.periodic": {"level": "WARNING"},
        },
    }


class Lines(logging.StreamHandler[TextIO]):
    """Writes records; keeps Python from printing one that cannot be written, with all its values."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Name the logger and what went wrong, and nothing of the record."""
        sys.stderr.write(f"debitura: a line of {record.name} could not be written: {crash_line(sys.exception())}\n")


class Redacts(logging.Filter):
    """Lets records of other packages through without the values that were filled in, or not at all."""

    def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
        """Drop, replace or keep a record."""
        if record.name == "django.request":
            # request_finished has what was refused, database_away a database that is away, and the request_crashed of
            # debitura.errors a crash of the API.
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
    """Reduce a job to `mail_code[17]`: its arguments, which the number leads to, and exceptions are not for logs."""
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
    """Write classes and places as text below the line, for a terminal: ConsoleRenderer takes no lists."""
    if "exception" not in event:
        return event
    places = event.pop("places")
    return {**event, "exception": "\n".join(["  " + ", from ".join(event["exception"]), *map("    {}".format, places)])}


def hide_values_of_crashes() -> None:
    """Make Python report crashes that nobody logs, of the process or a thread, as logs do: by classes and places."""

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
