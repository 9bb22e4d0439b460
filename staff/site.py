"""The admin site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override

from edge.headers import and_our_own
from staff.known_browser import note_browser
from staff.models import Staff
from staff.sign_in import OwnPasswordView, SignInForm, closed_for_a_while
from staff.throttle import ClosedForAWhile

with_scripts = csp_override(and_our_own("script-src"))

PART_NAMES = {"auth": "Groups of staff", "otp_totp": "Second factors"}


class StaffAdminSite(AdminSite):
    """Django's admin, for signed-in staff; in production with a second factor."""

    site_header = "Debitura"
    site_title = "Debitura"
    index_title = "What there is"
    login_form = SignInForm

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._links: list[tuple[str, str, str]] = []

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Rename the sections that Django names after its apps."""
        apps = super().get_app_list(request, app_label)
        return [{**app, "name": PART_NAMES.get(app["app_label"], app["name"])} for app in apps]

    def link_on_every_page(self, label: str, *, url_name: str, right: str) -> None:
        """Add a link at the top of every page, for those who have the right. Apps call it at import."""
        self._links.append((label, url_name, right))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the links that this colleague has the right to."""
        may = request.user.has_perm
        links = [(label, reverse(url_name)) for label, url_name, right in self._links if may(right)]
        return {**super().each_context(request), "links": links}

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the request is from an active colleague, with a second factor where one is required."""
        user: Staff | AnonymousUser = request.user
        if not isinstance(user, Staff) or not user.is_active:
            return False
        # django-otp's middleware adds `is_verified` to every user.
        return not settings.STAFF_SECOND_FACTOR or bool(user.is_verified())  # type: ignore[attr-defined]

    def admin_view[View: Callable[..., Any]](self, view: View, cacheable: bool = False) -> View:
        """Put a page behind the sign-in, and allow the admin's scripts on it."""
        return with_scripts(super().admin_view(view, cacheable))

    @method_decorator([never_cache, login_not_required, with_scripts])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in, and remember that this browser has been used for the account."""
        try:
            response: HttpResponse = super().login(request, extra_context)
        except ClosedForAWhile:
            return closed_for_a_while(request)
        if request.method == "POST" and isinstance(response, HttpResponseRedirect):
            note_browser(request, response, request.user.get_username())
        return response

    def password_change(  # type: ignore[override]  # the stubs know of no redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Change one's own password; replaces Django's view, which counts no failures."""
        context = {**self.each_context(request), **(extra_context or {})}
        view = OwnPasswordView.as_view(success_url=reverse("admin:password_change_done"), extra_context=context)
        try:
            return view(request)
        except ClosedForAWhile:
            return closed_for_a_while(request)


site = StaffAdminSite()
