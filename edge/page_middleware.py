"""Middleware that only pages need. What partners call passes none of it: its key is in a header of its own."""

from collections.abc import Awaitable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin


def is_api(request: HttpRequest) -> bool:
    """Whether this is a partner's call, and not a page."""
    return request.path_info.startswith(settings.API_PATHS)


class _OnlyForPages(MiddlewareMixin):
    """Steps aside for the API."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if is_api(request):
            return self.get_response(request)
        return super().__call__(request)


class PageSessionMiddleware(_OnlyForPages, SessionMiddleware):
    """Sessions, for pages."""


class PageCsrfViewMiddleware(_OnlyForPages, CsrfViewMiddleware):
    """Forms must come from our own pages."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        """Check the form's token."""
        return None if is_api(request) else super().process_view(request, *view)

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


class PageAuthenticationMiddleware(_OnlyForPages, AuthenticationMiddleware):
    """Who of the staff is signed in."""


class PageLoginRequiredMiddleware(_OnlyForPages, LoginRequiredMiddleware):
    """Pages are closed unless they say otherwise; the API is closed by its own default permission."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        """Send those who are not signed in to where they can."""
        return None if is_api(request) else super().process_view(request, *view)


class PageMessageMiddleware(_OnlyForPages, MessageMiddleware):
    """Messages of the admin."""
