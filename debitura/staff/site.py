"""The admin site."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from debitura.staff.models import Staff
from debitura.staff.sign_in import SignInForm

PART_NAMES = {"auth": "Groups of staff", "axes": "Failed sign-ins", "otp_totp": "Second factors"}


class StaffAdminSite(AdminSite):
    """Stock admin, open to staff who are signed in, in production with their second factor."""

    site_header = "Debitura"
    site_title = "Debitura"
    index_title = "What there is"
    login_form = SignInForm

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Call the parts by what they are here."""
        apps = super().get_app_list(request, app_label)
        return [{**app, "name": PART_NAMES.get(app["app_label"], app["name"])} for app in apps]

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this visitor may see any page at all."""
        user: Staff | AnonymousUser = request.user
        if not isinstance(user, Staff) or not user.is_active:
            return False
        # django-otp's middleware gives it to every user.
        return not settings.STAFF_SECOND_FACTOR or bool(user.is_verified())  # type: ignore[attr-defined]


site = StaffAdminSite()
