"""Text of one kind is read one way, whichever form it comes in by."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.conf import settings

import debitura.urls  # noqa: F401  # with it comes every form there is
from edge.form_fields import AddressField, TextField

# What is no text of a kind that the API reads: secrets, what a page carries for itself, and what has a grammar.
OTHERS = {
    "AgreementForm.text",  # Markdown, as it was written
    "CodeForm.code",
    "CollectionPartnerForm.public_site",
    "NewStaffForm.email",  # what a colleague signs in with
    "NewStaffForm.password1",
    "NewStaffForm.password2",
    "OwnPasswordForm.new_password1",
    "OwnPasswordForm.new_password2",
    "OwnPasswordForm.old_password",
    "PartnerForm.background_colour",
    "PartnerForm.font_colour",
    "PartnerForm.font_family",
    "PartnerForm.return_hosts",
    "PasswordForm.new_password1",
    "PasswordForm.new_password2",
    "PublishForm.shown",
    "RenameForm.held",
    "SignForm.details",
    "SignForm.told",
    "SignInForm.otp_token",
    "SignInForm.password",
    "SignInForm.username",
    "StaffForm.email",
}


def every_form(kind: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    """Those of ours, below this one."""
    for form in kind.__subclasses__():
        if (settings.BASE_DIR / form.__module__.partition(".")[0]).is_dir() and not form.__module__.startswith("tests"):
            yield form
        yield from every_form(form)


def test_every_field_for_text_reads_it_as_the_api_does_or_is_named() -> None:
    fields = {
        f"{form.__name__}.{name}": field for form in every_form() for name, field in vars(form)["base_fields"].items()
    }

    others = {name for name, field in fields.items() if isinstance(field, forms.CharField)}
    others -= {name for name, field in fields.items() if isinstance(field, TextField | AddressField)}

    assert others == OTHERS
    assert {"CompanyForm.name", "AddressForm.address", "DecisionForm.why"} <= fields.keys() - others
