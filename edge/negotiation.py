"""What calls may bring, and who may call unless it is said: JSON, and nobody."""

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

# What the published contract lists for bodies; clients that are generated from it send the first, json-patch+json.
JSON_TYPES = re.compile(r"application/(?:[\w!#$&^.+-]+\+)?json|text/json", re.ASCII | re.IGNORECASE)


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


def _encoded(encoding: str) -> ApiError:
    """RFC 9110, 15.5.16: the answer says what would be taken."""
    message = f"Content-Encoding {shown(encoding)} is not read here: send the body as it is, without that header."
    return ApiError(415, STANDARD[415][0], message, headers={"Accept-Encoding": "identity"})


class Closed(BasePermission):
    """Lets nobody in: the default, so that an operation without a permission of its own is not open."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say no."""
        return False
