"""Name each request, and log one line about it: ids and never values (edge.log_lines)."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase

CHARACTERS_OF_A_REQUEST_ID = "[A-Za-z0-9._-]"
MAX_REQUEST_ID = 128
REQUEST_ID = re.compile(f"{CHARACTERS_OF_A_REQUEST_ID}{{1,{MAX_REQUEST_ID}}}")
SHOWN_OF_A_LINK = 8
KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

log = structlog.get_logger("debitura.requests")


class RequestLogMiddleware:
    """Gives each request an id, in its response and in all log lines, and logs its end. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request and log it."""
        request_id = _request_id(request)
        began = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id, partner=None):
            response = self._get_response(request)
            response.headers["X-Request-Id"] = request_id
            log.info("request_finished", **_facts(request, response), ms=round((perf_counter() - began) * 1000, 1))
        return response


def note_partner(partner_id: UUID) -> None:
    """Add the calling partner to every further log line of this request."""
    structlog.contextvars.bind_contextvars(partner=str(partner_id))


def _request_id(request: HttpRequest) -> str:
    """The caller's own id if it is fit for a log, else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def _facts(request: HttpRequest, response: HttpResponseBase) -> dict[str, Any]:
    """What may be logged: the pattern of the URL, not the URL itself, which holds ids of links and clients."""
    match = request.resolver_match
    link = match.kwargs.get("link_id") if match else None
    return {
        "method": request.method if request.method in KNOWN_METHODS else "other",
        "route": match.route if match else None,
        "status": response.status_code,
        **({"link": str(link)[:SHOWN_OF_A_LINK]} if link else {}),
    }
