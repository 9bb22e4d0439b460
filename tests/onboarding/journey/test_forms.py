"""What browsers fill in for whom (field case 30), and what a signature is (field case 32)."""

from __future__ import annotations

import pytest
from django import forms

from onboarding.journey.forms import CompanyForm, UserForm
from onboarding.proof.forms import AddressForm, CodeForm
from onboarding.signing.forms import SignForm

type Form = type[forms.Form]


def widget(form: Form, field: str) -> forms.Widget:
    found: forms.Widget = form.base_fields[field].widget
    return found


@pytest.mark.parametrize(
    ("form", "field", "filled_in"),
    [
        (AddressForm, "address", "email"),
        (CodeForm, "code", "one-time-code"),
        (SignForm, "full_name", "name"),
        (CompanyForm, "name", "organization"),
        (CompanyForm, "address", "address-line1"),
        (CompanyForm, "zip_code", "postal-code"),
        (CompanyForm, "city", "address-level2"),
        (CompanyForm, "state", "address-level1"),
        (CompanyForm, "country", "country"),
        (CompanyForm, "support_phone", "tel"),
        # Of the company, not of who types; the browser knows no such.
        (CompanyForm, "registration_number", "off"),
        (CompanyForm, "support_email", "off"),
        # Of colleagues.
        (UserForm, "name", "off"),
        (UserForm, "email", "off"),
    ],
)
def test_browsers_fill_in_what_is_the_visitors_own(form: Form, field: str, filled_in: str) -> None:
    assert widget(form, field).attrs["autocomplete"] == filled_in


@pytest.mark.parametrize("form", [AddressForm, CodeForm, UserForm, CompanyForm, SignForm])
def test_every_field_says_what_browsers_fill_in(form: Form) -> None:
    typed = [field.widget for field in form.base_fields.values() if not isinstance(field, forms.BooleanField)]

    silent = [each for each in typed if not each.is_hidden and "autocomplete" not in each.attrs]

    assert silent == []


@pytest.mark.parametrize(
    ("form", "field", "kind"),
    [
        (CompanyForm, "support_phone", "tel"),
        (CompanyForm, "support_email", "email"),
        (CompanyForm, "address", "text"),
        (UserForm, "email", "email"),
    ],
)
def test_fields_have_the_keyboard_that_suits_them(form: Form, field: str, kind: str) -> None:
    assert getattr(widget(form, field), "input_type", None) == kind


def signature(name: str) -> SignForm:
    return SignForm({"version": "1", "details": "a" * 64, "full_name": name, "consent": "on"})


@pytest.mark.parametrize("name", [".", "-", "—", "123", "🦄", "\u0301", "__", "٣", "'"])
def test_a_signature_has_a_letter(name: str) -> None:
    form = signature(name)

    assert form.errors["full_name"] == ["A name has a letter."]


@pytest.mark.parametrize("name", ["李", "X", "O'Brien", "J. 3rd", "ⵣ"])
def test_one_letter_is_enough_for_a_signature(name: str) -> None:
    assert signature(name).is_valid()


def test_what_a_browser_turns_into_punycode_is_kept_in_letters() -> None:
    """Chromium does so with every field of the kind e-mail, whatever was typed or shown in it."""
    form = AddressForm({"address": "Office@xn--mller-kva.example"})

    assert form.is_valid()
    assert form.cleaned_data["address"] == "Office@müller.example"
