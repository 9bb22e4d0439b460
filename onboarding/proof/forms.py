"""Forms by which visitors prove an address."""

from __future__ import annotations

from django import forms

from edge.form_fields import AddressField
from onboarding.models import LONGEST_TYPED


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label="Code",
        max_length=LONGEST_TYPED,
        help_text="8 letters and digits, as in the e-mail.",
        error_messages={
            "required": "Type the code from the e-mail.",
            "max_length": "That is too much. Type the code alone.",
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class AddressForm(forms.Form):
    """The address to mail a code to. The page does not reveal whether it is an admin's."""

    address = AddressField(
        label="Your e-mail address",
        autocomplete="email",
        help_text="The one at which your company is known to Debitura.",
        error_messages={"required": "Enter your e-mail address."},
    )
