"""The forms' guard: what pages send must come from our own pages."""

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware


class PageCsrfViewMiddleware(CsrfViewMiddleware):
    """Forms must come from our own pages."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        """
        Let token and cookie decide where the origin is withheld, unless the browser says that the form is not ours.

        Our pages send no referrer, and browsers then say `Origin: null` with their forms. Sec-Fetch-Site is not
        withheld, and no page can set it; Safari before 16.4 has none (docs/adr/0004).
        """
        if request.META["HTTP_ORIGIN"] == "null":
            return _may_be_ours(request)
        return bool(super()._origin_verified(request))  # type: ignore[misc]  # the stubs leave it out

    def _check_referer(self, request: HttpRequest) -> None:
        """Do the same where there is neither an origin nor a referrer."""
        if "HTTP_REFERER" in request.META or not _may_be_ours(request):
            super()._check_referer(request)  # type: ignore[misc]  # the stubs leave it out


def _may_be_ours(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
