"""Headers of every response: what the browser may load, who may embed it, and that search engines skip it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.utils.csp import CSP

NOTHING = {"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]}


def and_our_own(*kinds: str) -> dict[str, Any]:
    """The content security policy of pages, with these directives opened for our own site, such as `script-src`."""
    return {**settings.SECURE_CSP, **{kind: [CSP.SELF] for kind in kinds}}


class HeadersMiddleware(ContentSecurityPolicyMiddleware):
    """Sets the headers. The policy of pages is in the settings; a response that is not a page may load nothing."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the headers, also to errors and files."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            response._csp_config = NOTHING  # type: ignore[attr-defined]  # as Django's decorators do
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return super().process_response(request, response)
