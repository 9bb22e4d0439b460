"""Every URL there is."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path, register_converter

from debitura import docs, health, pages
from edge.converters import IdConverter
from staff.site import site

register_converter(IdConverter, "id")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.landing, name="landing"),
    path("", include("onboarding.api.urls")),
    path("", include("cases.api.urls")),
    path("", include("onboarding.page_urls")),
    path("admin/", site.urls),
    path("openapi.json", docs.description, name="openapi"),
    path("docs/", docs.page, name="docs"),
    path("healthz", login_not_required(health.healthz), name="healthz"),
    path("readyz", login_not_required(health.readyz), name="readyz"),
]

if settings.HAS_DEMO_PAGES:
    urlpatterns.append(path("demo/", include("debitura.demo.urls")))

handler400 = "edge.errors.bad_request"
handler403 = "edge.errors.forbidden"
handler404 = "edge.errors.not_found"
handler500 = "edge.errors.server_error"
