"""The description of the API: as OpenAPI, and as a page to read and try."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from edge.headers import and_our_own
from edge.operation import Operation


class XApiKeyScheme(OpenApiAuthenticationExtension):
    """Names the key in the OpenAPI description."""

    target_class = "partners.authentication.XApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Describe the header."""
        return {"type": "apiKey", "in": "header", "name": "XApiKey"}


@extend_schema(exclude=True)
class Description(Operation):
    """OpenAPI 3.1, open to all: it holds nothing secret."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def get(self, _request: Request) -> HttpResponse:
        """Answer it."""
        return HttpResponse(_described(), content_type=OpenApiJsonRenderer.media_type)


@cache
def _described() -> bytes:
    """Once in a process: it is the same for everybody, and dear to make."""
    described: bytes = OpenApiJsonRenderer().render(SchemaGenerator().get_schema(request=None, public=True))
    return described


description = Description.as_view()


@login_not_required
@csp_override(and_our_own("script-src", "connect-src"))
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the description for reading and trying; all from files of our own."""
    return render(request, "docs.html")
