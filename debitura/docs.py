"""The API's description: as OpenAPI, and as an interactive page."""

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
    """Describes the API key in the OpenAPI document."""

    target_class = "partners.authentication.XApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Describe the header."""
        return {"type": "apiKey", "in": "header", "name": "XApiKey"}


@extend_schema(exclude=True)
class Description(Operation):
    """The OpenAPI 3.1 document, public since nothing in it is secret."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def get(self, _request: Request) -> HttpResponse:
        """Return the document as JSON."""
        return HttpResponse(_described(), content_type=OpenApiJsonRenderer.media_type)


@cache
def _described() -> bytes:
    """Cached per process: it is the same for everybody, and slow to make."""
    described: bytes = OpenApiJsonRenderer().render(SchemaGenerator().get_schema(request=None, public=True))
    return described


description = Description.as_view()


@login_not_required
@csp_override(and_our_own("script-src", "connect-src"))
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the description in Swagger UI, loaded from our own static files only."""
    return render(request, "docs.html")
