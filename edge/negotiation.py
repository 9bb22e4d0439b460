"""Defaults for operations of the API: bodies and answers are JSON, and nobody may call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, override

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from edge.errors import STANDARD, ApiError, shown, standard

if TYPE_CHECKING:  # rest_framework.views imports this module
    from rest_framework.views import APIView

# The media types that the published contract lists; clients generated from it send the first, json-patch+json.
JSON_TYPES = re.compile(r"application/(?:[\w!#$&^.+-]+\+)?json|text/json", re.ASCII | re.IGNORECASE)


class AlwaysJSON(DefaultContentNegotiation):
    """JSON in, under any of its media types, and JSON out, whatever the Accept header asks for."""

    @override
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Take the only one; raises a 415 if the body is declared as anything but plain JSON."""
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
        """Take the only one."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


def _encoded(encoding: str) -> ApiError:
    """The 415, which says what would be accepted (RFC 9110, 15.5.16)."""
    message = f"Content-Encoding {shown(encoding)} is not read here: send the body as it is, without that header."
    return ApiError(415, STANDARD[415][0], message, headers={"Accept-Encoding": "identity"})


class Closed(BasePermission):
    """Admits nobody. The default, so that an operation without a permission of its own is closed."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Always False."""
        return False
