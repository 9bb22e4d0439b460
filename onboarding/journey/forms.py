"""Forms for the company and its users: the same checks as the API's, with messages for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, cast, override

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from clients.countries import country_choices, country_name
from clients.models import Client, User
from edge.form_fields import AddressField, TextField
from edge.kinds_of_text import AddressLine, Code, CompanyName, OptionalLine, PersonName
from edge.mailbox import normal_address
from onboarding.journey.confirm_company import details_held
from onboarding.journey.confirm_users import UserDetails
from onboarding.registering.registration import MAX_USERS, Company

BELONGS_TO_ANOTHER = "This address cannot be used here. Please contact support."


class CompanyForm(forms.Form):
    """The company's details."""

    name = TextField(
        CompanyName.of(Client, "name"),
        label="Company name",
        autocomplete="organization",
        help_text="As it is registered: the agreement is made in this name.",
        error_messages={"required": "Enter the company’s name."},
    )
    registration_number = TextField(Code.of(Client, "registration_number"), label="Registration number", required=False)
    country = forms.ChoiceField(
        label="Country",
        choices=country_choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": "Choose the country.", "invalid_choice": "Choose a country from the list."},
    )
    address = TextField(
        AddressLine.of(Client, "address"), label="Street address", required=False, autocomplete="address-line1"
    )
    zip_code = TextField(Code.of(Client, "zip_code"), label="Postal code", required=False, autocomplete="postal-code")
    city = TextField(OptionalLine.of(Client, "city"), label="City", required=False, autocomplete="address-level2")
    state = TextField(
        OptionalLine.of(Client, "state"), label="State or region", required=False, autocomplete="address-level1"
    )
    support_email = AddressField(
        label="E-mail of the company",
        help_text="Where Debitura writes about your cases.",
        error_messages={"required": "Enter the company’s e-mail address."},
    )
    support_phone = TextField(
        Code.of(Client, "support_phone"), label="Phone", required=False, autocomplete="tel", widget=forms.TelInput
    )

    @classmethod
    def of(cls, client: Client) -> CompanyForm:
        """The form filled with the client's stored details."""
        return cls(initial=vars(details_held(client)))

    def beside(self, held: Company) -> list[tuple[forms.BoundField, str]]:
        """Pair each field with its stored value where that differs from what was typed, else with an empty string."""
        in_words = {**vars(held), "country": country_name(held.country)}
        now = {name: in_words[name] for name, value in vars(held).items() if self[name].value() != value}
        for name in now:
            self.fields[name].widget.attrs["aria-describedby"] = f"{self[name].auto_id}_held"
        return [(field, now.get(field.name, "")) for field in self]

    def company(self) -> Company:
        """The details as typed."""
        return Company(**self.cleaned_data)


class UserForm(forms.Form):
    """A user of the company. The acting user's address is proven, so it cannot be changed."""

    user_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = TextField(PersonName.of(User, "name"), label="Name", error_messages={"required": "Enter the person’s name."})
    email = AddressField(label="E-mail", error_messages={"required": "Enter the person’s e-mail address."})


if TYPE_CHECKING:
    UserForms = forms.BaseFormSet[UserForm]
else:  # generic only in the stubs
    UserForms = forms.BaseFormSet


class UserFormSet(UserForms):
    """All the company's users; `chosen` is the row number, from 0, of the one who signs."""

    def __init__(
        self, data: QueryDict | None = None, *, acting: User, chosen: str | None = None, **options: Any
    ) -> None:
        # An empty row is an error, even when the form claims to have had fewer rows.
        super().__init__(data, form_kwargs={"empty_permitted": False}, **options)
        self.acting = acting
        self.chosen = chosen if data is None else data.get("onboarding_user")

    @override
    def clean(self) -> None:
        """Refuse two users with the same address, and a list in which nobody signs."""
        if any(self.errors):
            return
        for form in self.forms:
            if form.cleaned_data["user_id"] == self.acting.pk:
                form.cleaned_data["email"] = self.acting.email
        times = Counter(normal_address(form.cleaned_data["email"]) for form in self.forms)
        for form in self.forms:
            if times[normal_address(form.cleaned_data["email"])] > 1:
                form.add_error("email", "Two people have this address. Each needs one of their own.")
        if self.chosen not in {str(index) for index in range(len(self.forms))}:
            raise ValidationError("Choose who signs the agreement.")

    def users(self) -> list[UserDetails]:
        """The users as typed."""
        return [
            UserDetails(**form.cleaned_data, is_onboarding_user=str(index) == self.chosen)
            for index, form in enumerate(self.forms)
        ]

    def refuse(self, addresses: Collection[str]) -> None:
        """Add an error to each row with one of these addresses (normal form)."""
        for form in self.forms:
            if normal_address(form.cleaned_data.get("email", "")) in addresses:
                form.add_error("email", BELONGS_TO_ANOTHER)


# The factory's return type is less precise than what it makes.
USERS = cast(
    type[UserFormSet],
    forms.formset_factory(
        UserForm,
        formset=UserFormSet,
        extra=0,
        min_num=1,
        validate_min=True,
        max_num=MAX_USERS,
        validate_max=True,
        absolute_max=MAX_USERS,
    ),
)


def users_of(users: Sequence[User], *, acting: User) -> UserFormSet:
    """The form filled with the stored users; proposes the acting user as the one who signs."""
    rows = [{"user_id": user.pk, "name": user.name, "email": user.email} for user in users]
    chosen = next((str(index) for index, user in enumerate(users) if user.pk == acting.pk), None)
    return USERS(acting=acting, chosen=chosen, initial=rows)


def users_edited(typed: QueryDict, *, acting: User) -> UserFormSet | None:
    """The form as typed with a row added or removed, unchecked; None if neither button was pressed."""
    rows = [_row(typed, index) for index in range(min(_number(typed.get("form-TOTAL_FORMS")), MAX_USERS))]
    chosen, removed = typed.get("onboarding_user"), typed.get("remove")
    signs = [str(index) == chosen for index in range(len(rows))]
    if "add" in typed and len(rows) < MAX_USERS:
        rows.append({})
        signs.append(False)
    elif removed is not None and _number(removed) < len(rows):
        del rows[_number(removed)], signs[_number(removed)]
    elif "add" not in typed:
        return None
    return USERS(acting=acting, chosen=str(signs.index(True)) if True in signs else None, initial=rows)


def _row(typed: QueryDict, index: int) -> dict[str, str]:
    return {name: typed.get(f"form-{index}-{name}", "") for name in ("user_id", "name", "email")}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0
