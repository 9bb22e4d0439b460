"""The form by which an agreement is signed."""

from __future__ import annotations

from django import forms

from clients.models import Signature
from edge.form_fields import TextField
from edge.kinds_of_text import PersonName
from onboarding.signing.sign_agreement import CONSENT, Shown

SIGNER = PersonName.of(Signature, "signer_name")
LONGEST_NAME = SIGNER.max_length
# Every letter of a name as its number and a blank.
LONGEST_TOLD = LONGEST_NAME * len("U+10FFFF ")


class SignForm(forms.Form):
    """The signature, with hidden fields that say what the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    details = forms.CharField(max_length=64, widget=forms.HiddenInput)
    told = forms.CharField(max_length=LONGEST_TOLD, required=False, widget=forms.HiddenInput)
    full_name = TextField(
        SIGNER,
        label="Your full name",
        autocomplete="name",
        help_text="Typing your name here is your signature.",
        error_messages={"required": "Type your full name."},
    )
    consent = forms.BooleanField(
        label=CONSENT,
        error_messages={"required": "Tick the box if you have read the agreement and may bind the company."},
    )

    def shown(self) -> Shown:
        """What the page showed, as its hidden fields say."""
        return Shown(version=self.cleaned_data["version"], details_digest=self.cleaned_data["details"])
