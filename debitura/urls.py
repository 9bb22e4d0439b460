"""All URLs: the API's, clients' pages, the admin, the docs, and the demo with DEBUG."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from debitura import docs, pages
from staff.site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(settings.API_URLCONF)),
    path("", pages.landing, name="landing"),
    path("", include("onboarding.page_urls")),
    path("admin/", site.urls),
    path("docs/", docs.page, name="docs"),
]

if settings.HAS_DEMO_PAGES:
    urlpatterns.append(path("demo/", include("debitura.demo.urls")))

handler400 = "edge.answer_errors.bad_request"
handler403 = "edge.answer_errors.forbidden"
handler404 = "edge.answer_errors.not_found"
handler500 = "edge.answer_errors.server_error"
