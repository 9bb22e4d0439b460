"""Sign in with e-mail address, password and second factor; and change one's own password."""

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
    """Does not say which of the three was wrong. The code is checked only once the password was right."""

    otp_token = forms.CharField(
        label="Code from your authenticator app",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django does not normalise names over its limit, but does not refuse them either.
        self.fields["username"].validators.append(MaxLengthValidator(LONGEST_NAME))
        if not settings.STAFF_SECOND_FACTOR:
            del self.fields["otp_token"]

    def clean(self) -> dict[str, Any]:
        """Check what was typed, if nothing is missing. Raises ClosedForAWhile after too many failures."""
        if self.errors:
            return self.cleaned_data
        with _counted(cast(HttpRequest, self.request), self.cleaned_data["username"]):
            return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        """Check the second factor; django-otp stores `otp_device` in the session at sign-in."""
        super().confirm_login_allowed(user)
        if settings.STAFF_SECOND_FACTOR:
            user.otp_device = verified_device(user, self.cleaned_data.get("otp_token", ""))
            if user.otp_device is None:
                raise self.get_invalid_login_error()

    def get_invalid_login_error(self) -> ValidationError:
        """The same message, whatever was wrong."""
        what = "the e-mail address and the password"
        if settings.STAFF_SECOND_FACTOR:
            what = "the e-mail address, the password and the code, which works once"
        return ValidationError(REFUSED.format(what=what), code="invalid_login")


class OwnPasswordForm(AdminPasswordChangeForm):
    """Changes one's own password. Asks for the old one, which can be guessed no more often than at sign-in."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """Check the old password. Raises ClosedForAWhile after too many failures."""
        with _counted(self.request, self.user.email):
            return super().clean_old_password()

    def save(self, commit: bool = True) -> Staff:
        """Set the new password, as a decision about one's own account."""
        set_password(staff=self.user, password=self.cleaned_data["new_password1"], by=self.user, why="Their own")
        return self.user


class OwnPasswordView(PasswordChangeView):
    """The page for changing one's own password."""

    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Pass the request, by which the form counts failures."""
        return {**super().get_form_kwargs(), "request": self.request}


def _counted(request: HttpRequest, name: str) -> AbstractContextManager[None]:
    """Count the block as a failed sign-in if it raises ValidationError."""
    browser = known_browser(request, name)
    origin = Origin(address=client_ip(request), network=network_of(request), browser=browser)
    return throttled(name=name, origin=origin, at=timezone.now())


def closed_for_a_while(request: HttpRequest) -> HttpResponse:
    """The 429 page after too many failures."""
    response = render(request, "admin/closed_for_a_while.html", status=429)
    response.headers["Cache-Control"] = "no-store"
    return response
