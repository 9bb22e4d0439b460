"""URLs called by programs. They use no session, cookie or form: a partner sends its key in a header."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from debitura import docs, health
from edge.converters import IdConverter

register_converter(IdConverter, "id")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("onboarding.api.urls")),
    path("", include("cases.api.urls")),
    path("openapi.json", docs.description, name="openapi"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
