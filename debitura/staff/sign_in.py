"""Signing in: e-mail address, password and second factor, and the page for who has failed too often."""

import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from debitura.staff.second_factor import verified_device

REFUSED = "That is not right. Please check {what}, and try again."


class SignInForm(AdminAuthenticationForm):
    """Which of the three was wrong is not said. A token is looked at only after the password was right."""

    otp_token = forms.CharField(
        label="Code from your authenticator app",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.STAFF_SECOND_FACTOR:
            del self.fields["otp_token"]

    def confirm_login_allowed(self, user: Any) -> None:
        """Ask for the second factor; django-otp keeps it in the session when the user is signed in."""
        super().confirm_login_allowed(user)
        if settings.STAFF_SECOND_FACTOR:
            user.otp_device = verified_device(user, self.cleaned_data.get("otp_token", ""))
            if user.otp_device is None:
                # Counts like a wrong password; otherwise the throttle would tell that the password was right.
                user_login_failed.send(__name__, credentials={"username": user.email}, request=self.request)
                raise self.get_invalid_login_error()

    def get_invalid_login_error(self) -> ValidationError:
        """Say the same whatever was wrong."""
        what = "the e-mail address and the password"
        if settings.STAFF_SECOND_FACTOR:
            what = "the e-mail address, the password and the code, which works once"
        return ValidationError(REFUSED.format(what=what), code="invalid_login")


def throttled_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Name the account that is tried, the same for every way to write its address; for AXES_USERNAME_CALLABLE."""
    typed = (credentials or request.POST).get("username") or ""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def closed_for_a_while(
    request: HttpRequest, answer: HttpResponseBase | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer who has failed too often; for AXES_LOCKOUT_CALLABLE."""
    response = render(request, "admin/closed_for_a_while.html", status=429)
    response.headers["Cache-Control"] = "no-store"
    return response
