"""The CSRF check for pages that send no referrer."""

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware


class PageCsrfViewMiddleware(CsrfViewMiddleware):
    """Forms must come from our own pages."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        """
        Leave `Origin: null` to the check of token and cookie, unless the browser says that the form is not ours.

        Our pages send no referrer, so browsers send `Origin: null` with their forms. They still send Sec-Fetch-Site,
        which no page can set; Safari before 16.4 does not know it (docs/adr/0004).
        """
        if request.META["HTTP_ORIGIN"] == "null":
            return _may_be_ours(request)
        return bool(super()._origin_verified(request))  # type: ignore[misc]  # the stubs leave it out

    def _check_referer(self, request: HttpRequest) -> None:
        """Do the same if there is neither an origin nor a referrer."""
        if "HTTP_REFERER" in request.META or not _may_be_ours(request):
            super()._check_referer(request)  # type: ignore[misc]  # the stubs leave it out


def _may_be_ours(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
