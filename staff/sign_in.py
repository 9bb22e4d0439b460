"""Signing in: e-mail address, password and second factor; and changing one's own password, which asks for it too."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from edge.client_ip import client_ip, network_of
from staff.known_browser import known_browser
from staff.models import LONGEST_NAME, Staff
from staff.second_factor import verified_device
from staff.set_password import set_password
from staff.throttle import Origin, throttled

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
        # Django's own limit keeps long names from being walked through, and then lets them pass.
        self.fields["username"].validators.append(MaxLengthValidator(LONGEST_NAME))
        if not settings.STAFF_SECOND_FACTOR:
            del self.fields["otp_token"]

    def clean(self) -> dict[str, Any]:
        """Judge what was typed, if all of it was, and if it was not wrong too often."""
        if self.errors:
            return self.cleaned_data
        with _counted(cast(HttpRequest, self.request), self.cleaned_data["username"]):
            return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        """Ask for the second factor; django-otp keeps it in the session when the user is signed in."""
        super().confirm_login_allowed(user)
        if settings.STAFF_SECOND_FACTOR:
            user.otp_device = verified_device(user, self.cleaned_data.get("otp_token", ""))
            if user.otp_device is None:
                raise self.get_invalid_login_error()

    def get_invalid_login_error(self) -> ValidationError:
        """Say the same whatever was wrong."""
        what = "the e-mail address and the password"
        if settings.STAFF_SECOND_FACTOR:
            what = "the e-mail address, the password and the code, which works once"
        return ValidationError(REFUSED.format(what=what), code="invalid_login")


class OwnPasswordForm(AdminPasswordChangeForm):
    """A colleague's own password. The one of before is asked for, and guessed no more often than at signing in."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """Judge the one of before."""
        with _counted(self.request, self.user.email):
            return super().clean_old_password()

    def save(self, commit: bool = True) -> Staff:
        """Set the new one, as a decision about oneself."""
        set_password(staff=self.user, password=self.cleaned_data["new_password1"], by=self.user, why="Their own")
        return self.user


class OwnPasswordView(PasswordChangeView):
    """The page of it."""

    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """With where it comes from."""
        return {**super().get_form_kwargs(), "request": self.request}


def _counted(request: HttpRequest, name: str) -> AbstractContextManager[None]:
    """Let the throttle count what is tried in the block."""
    browser = known_browser(request, name)
    origin = Origin(address=client_ip(request), network=network_of(request), browser=browser)
    return throttled(name=name, origin=origin, at=timezone.now())


def closed_for_a_while(request: HttpRequest) -> HttpResponse:
    """Answer who has failed too often."""
    response = render(request, "admin/closed_for_a_while.html", status=429)
    response.headers["Cache-Control"] = "no-store"
    return response
