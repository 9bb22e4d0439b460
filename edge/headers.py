"""What every answer tells the browser: what it may load, who may embed it, and that no search engine lists it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.utils.csp import CSP

NOTHING = {"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]}


def and_our_own(*kinds: str) -> dict[str, Any]:
    """The policy of pages, and these kinds of things from this site besides."""
    return {**settings.SECURE_CSP, **{kind: [CSP.SELF] for kind in kinds}}


class HeadersMiddleware(ContentSecurityPolicyMiddleware):
    """The policy of pages is in the settings; an answer that is no page is opened by nobody, or by mistake."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the headers, to errors and files too."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            response._csp_config = NOTHING  # type: ignore[attr-defined]  # as Django's decorators do
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return super().process_response(request, response)
