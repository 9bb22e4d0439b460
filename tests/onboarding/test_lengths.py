"""Nothing that is let in is longer than where it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.db.models import Model

from cases.admin import coverage_admin
from cases.api.schemas import PreviewRequest
from cases.models import Case
from clients.admin.rename import RenameForm
from clients.models import Client, ReferralPartnerClientLink, Signature, User
from edge.kinds_of_text import Code
from onboarding.api.schemas import CreateClientRequest
from onboarding.journey.forms import CompanyForm, UserForm
from onboarding.signing.forms import SignForm
from onboarding.support.client_admin import AdminForm
from partners.admin.key_admin import KeyForm
from partners.models import ApiKey
from staff.admin import NewStaffForm
from staff.models import Staff
from staff.site import site

# Where each text of a registration is kept; None where something else is read from it.
KEPT: dict[str, tuple[type[Model], str] | None] = {
    "externalTenantId": (ReferralPartnerClientLink, "external_tenant_id"),
    "client.name": (Client, "name"),
    "client.registrationNumber": (Client, "registration_number"),
    "client.country": None,
    "client.address": (Client, "address"),
    "client.zipCode": (Client, "zip_code"),
    "client.city": (Client, "city"),
    "client.state": (Client, "state"),
    "client.supportEmail": (Client, "support_email"),
    "client.supportPhone": (Client, "support_phone"),
    "users.name": (User, "name"),
    "users.email": (User, "email"),
    "cases.currencyCode": (Case, "currency"),
    "cases.creditorReference": (Case, "creditor_reference"),
    "cases.comments": (Case, "comments"),
    "cases.claimDescription": (Case, "description"),
    "cases.assignedUserEmail": None,
    "cases.tag": (Case, "tag"),
    "cases.debtor.name": (Case, "debtor_name"),
    "cases.debtor.contactPerson": (Case, "debtor_contact_person"),
    "cases.debtor.companyRegistrationNumber": (Case, "debtor_registration_number"),
    "cases.debtor.address": (Case, "debtor_address"),
    "cases.debtor.zipCode": (Case, "debtor_zip_code"),
    "cases.debtor.city": (Case, "debtor_city"),
    "cases.debtor.state": (Case, "debtor_state"),
    "cases.debtor.countryAlpha2": None,
    "cases.debtor.country": None,
    "cases.debtor.stateAlpha2": (Case, "debtor_state"),
    "cases.debtor.email": (Case, "debtor_email"),
    "cases.debtor.phone": (Case, "debtor_phone"),
}
type FormType = type[forms.Form] | type[forms.ModelForm[Any]]

FORMS: list[tuple[FormType, str, type[Model], str]] = [
    *((CompanyForm, name, Client, name) for name in CompanyForm.base_fields if name != "country"),
    *((UserForm, name, User, name) for name in ("name", "email")),
    (SignForm, "full_name", Signature, "signer_name"),
    # Of the admin, those that are not of a model's own page.
    (KeyForm, "label", ApiKey, "label"),
    (RenameForm, "name", Client, "name"),
    (AdminForm, "name", User, "name"),
    (NewStaffForm, "name", Staff, "name"),
    (coverage_admin.TesterForm, "currency", Case, "currency"),
]
# Typed as a name or as letters, kept as letters.
READ_INTO_A_CODE = {("Coverage", "state")}
SCHEMA = CreateClientRequest.model_json_schema(by_alias=True)


def column(model: type[Model], field: str) -> int:
    width = getattr(model._meta.get_field(field), "max_length")  # noqa: B009 (not all fields have one)
    assert isinstance(width, int)
    return width


def longest(field: forms.Field) -> int | None:
    """The longest text that a field takes; None for one that is not of text."""
    return getattr(field, "max_length", None)


def lengths(schema: dict[str, Any] = SCHEMA) -> Iterator[tuple[str, int]]:
    """What is the longest text at each place of a request; the numbers of lists' items left out of the path."""
    return _lengths(schema, schema["$defs"], "")


def _lengths(node: dict[str, Any], defs: dict[str, Any], path: str) -> Iterator[tuple[str, int]]:
    node = defs[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    for option in node.get("anyOf", []):
        yield from _lengths(option, defs, path)
    for name, part in node.get("properties", {}).items():
        yield from _lengths(part, defs, f"{path}.{name}".removeprefix("."))
    if "items" in node:
        yield from _lengths(node["items"], defs, path)
    if "maxLength" in node:
        yield path, node["maxLength"]


def test_no_text_of_a_registration_is_longer_than_its_column() -> None:
    taken = dict(lengths())

    assert taken.keys() - {"cases.returnUrl"} == KEPT.keys()
    kept = {path: place for path, place in KEPT.items() if place is not None}
    assert {path: taken[path] for path in kept} == {path: column(*place) for path, place in kept.items()}


@pytest.mark.parametrize(("form", "name", "model", "field"), FORMS)
def test_a_field_of_a_page_is_as_long_as_its_column(form: FormType, name: str, model: type[Model], field: str) -> None:
    assert longest(form.base_fields[name]) == column(model, field)


def test_a_preview_takes_texts_as_long_as_a_case_does() -> None:
    asked = dict(lengths(PreviewRequest.model_json_schema(by_alias=True)))
    taken = dict(lengths())

    assert {"currencyCode", "debtor.countryAlpha2", "debtor.stateAlpha2"} == asked.keys()
    assert asked == {path: taken[f"cases.{path}"] for path in asked}


def test_each_field_of_the_admin_is_as_long_as_its_column() -> None:
    typed = {
        (model.__name__, each.name): (length, width)
        for model, model_admin in site._registry.items()
        for each in model._meta.concrete_fields
        if (width := getattr(each, "max_length", None)) is not None
        and each.name in model_admin.form.base_fields
        and (length := longest(model_admin.form.base_fields[each.name])) is not None
    }

    assert len(typed) >= 10
    assert {place for place, (length, width) in typed.items() if length != width} == READ_INTO_A_CODE


def test_a_kind_of_text_is_as_long_as_the_column_that_it_is_of() -> None:
    assert Code.of(Client, "zip_code") == Code(20)
    with pytest.raises(TypeError, match="created_at of Client has no length"):
        Code.of(Client, "created_at")
