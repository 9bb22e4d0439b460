"""The decision, for Legal, to correct a company's name."""

from __future__ import annotations

from typing import assert_never

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.messages import info, warning

from clients.models import Client
from clients.rename_client import ClientIsErased, NothingToRename, Renamed, RenamedMeanwhile, rename_client
from edge.form_fields import TextField
from edge.kinds_of_text import CompanyName
from staff.decision_page import Decision, DecisionForm, Given, Said
from staff.models import Staff


class RenameForm(DecisionForm):
    """Asks for the right name; carries the current one, to notice that a colleague changed it meanwhile."""

    held = forms.CharField(widget=forms.HiddenInput, strip=False)
    name = TextField(
        CompanyName.of(Client, "name"),
        label="Company name",
        widget=AdminTextInputWidget,
        help_text="As it stands in the company's register.",
    )
    field_order = ["held", "name", "why"]


def _renaming_means(client: Client) -> list[str]:
    """Warn that a signature in the old name no longer counts."""
    if not client.signatures.exists():
        return [f"Called {client.name} now. It has not signed yet, so the agreement is made with the new name."]
    signed = client.signatures.filter(invalidated_at=None).values_list("company_name", flat=True).order_by("-signed_at")
    names = ", ".join(f"“{name}”" for name in dict.fromkeys(signed))
    return [
        f"Called {client.name} now. It has signed as {names or 'nobody whose signature counts'}.",
        "Under another name that signature does not count any more, from the moment that you save.",
        "The client must sign again, and until it has, its partner gets 202 instead of 201.",
        "Under a name that it has signed before, the signature of then counts again.",
    ]


def _rename(client: Client, given: Given, by: Staff) -> Said:
    outcome = rename_client(client=client, held=given["held"], name=given["name"], by=by, why=given["why"])
    match outcome:
        case Renamed():
            return Said("The company has the new name. Under “Agreement” is whether it must sign again.")
        case RenamedMeanwhile():
            return Said("Nothing was changed: a colleague was faster, and it has another name now.", warning)
        case NothingToRename():
            return Said("It has this name already; nothing was changed.", info)
        case ClientIsErased():
            return Said("This client was erased; nothing was changed.", warning)
        case _:
            assert_never(outcome)


RENAME = Decision[Client](
    name="rename",
    route="rename/",
    right="clients.change_company_name",
    label="Change the company name",
    title=lambda client: f"Change the company name of {client.name}",
    says=_renaming_means,
    button="Change the name",
    form=RenameForm,
    options=lambda client: {"initial": {"held": client.name, "name": client.name}},
    act=_rename,
    is_offered=lambda client: client.erased_at is None,
)
