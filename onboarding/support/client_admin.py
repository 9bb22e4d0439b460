"""Decisions on a client's page: correct its users, confirm a colleague's proposal, let go of an unproven address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.contrib.messages import warning
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from clients.admin.admin_search import FoundByClient
from clients.admin.client_admin import ClientAdmin
from clients.models import Client, EmailAddress, User
from edge.clock import for_people
from edge.form_fields import AddressField, TextField
from edge.kinds_of_text import PersonName
from onboarding.models import Correction, CorrectionStatus
from onboarding.support.correct_users import (
    AddressOfAnother,
    AddressOfOtherUser,
    ClientIsGone,
    Confirmation,
    Corrected,
    DecidedBefore,
    NotByTheSame,
    Refusal,
    Refused,
    UserIsGone,
    WaitsForColleague,
    add_admin,
    confirm_correction,
    correct_address,
    refuse_correction,
)
from onboarding.support.release_address import NotHeld, Released, WasProven, release_address
from staff.decision_page import Decision, DecisionForm, Given, Said, Unfit
from staff.models import Staff
from staff.pages import acting
from staff.site import site

RIGHT = "clients.correct_users"
LAPSES = "Whoever is in the middle of signing for this client must prove an address again: open codes and proofs lapse."
TOLD = "The client’s other addresses are told by mail, that of before too."
TAKES_TWO = "This client has signed, so nothing changes before a second colleague has confirmed it."
OWN = "It is your own proposal, so somebody else must confirm it."
RELEASING = [
    "Nobody has shown that mail to these addresses reaches this client.",
    "If they are another company’s, let go of them: when that company is brought next, it is a new client.",
    "This client keeps them as text. Who proves one of them for it, before the other company does, gets it back.",
]


class AddressForm(DecisionForm):
    """Asks for the right address."""

    email = AddressField(
        label="Right e-mail address",
        widget=AdminEmailInputWidget(attrs={"autocomplete": "off"}),
        help_text="Make sure that it is theirs: whoever reads mail there can sign for the company.",
    )
    field_order = ["name", "email", "why"]


class AdminForm(AddressForm):
    """Asks for a new admin's name and address."""

    name = TextField(PersonName.of(User, "name"), label="Full name", widget=AdminTextInputWidget)


class ChoiceForm(DecisionForm):
    """Asks for one of several choices, and the reason."""

    choice = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one.", "invalid_choice": "That cannot be chosen any more."},
    )
    field_order = ["choice", "why"]

    def __init__(self, *args: Any, label: str, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["choice"].label = label
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's


@dataclass(frozen=True)
class Proposed:
    """A correction as seen by one colleague, who may be the one who proposed it."""

    correction: Correction
    by: Staff

    @property
    def is_own(self) -> bool:
        """Whether this colleague proposed it; then somebody else must confirm it."""
        return self.correction.proposed_by_id == self.by.pk

    @property
    def waits(self) -> bool:
        """Whether it is still undecided."""
        return self.correction.status == CorrectionStatus.WAITING

    def choices(self) -> list[tuple[str, str]]:
        """The choices that this colleague has, as pairs of value and label."""
        if self.is_own:
            return [("refuse", "Take it back")]
        return [
            ("confirm", "Confirm: it is theirs, and codes go there from now on"),
            ("refuse", "Refuse: nothing changes"),
        ]

    def says(self) -> list[str]:
        """Sentences for the page: who proposed what, and what confirming it would do."""
        correction, at = self.correction, for_people(self.correction.proposed_at)
        says = [f"{correction.proposed_by} proposed {_what(correction)} on {at}: {correction.why}"]
        if correction.email:
            held = f" Held now: {correction.user.email}." if correction.user else ""
            says.append(f"The address: {correction.email}.{held} Whoever reads mail there can sign for the company.")
        return [*says, *([OWN] if self.is_own else [LAPSES, TOLD])]


def _decide(proposed: Proposed, given: Given, by: Staff) -> Said | Unfit:
    decide = {"confirm": confirm_correction, "refuse": refuse_correction}[given["choice"]]
    outcome: Confirmation | Refused = decide(correction=proposed.correction, by=by, why=given["why"])
    match outcome:
        case Refused():
            return Said("It is refused, and nothing has changed.")
        case DecidedBefore(Correction(status=status)):
            return Said(f"Nothing was done: a colleague decided it already ({status.lower()}).", warning)
        case NotByTheSame():
            return Unfit(None, "You have proposed it yourself: somebody else must confirm it.")
        case _:
            return _told(outcome, field=None)


def _correct(user: User, given: Given, by: Staff) -> Said | Unfit:
    outcome = correct_address(client=user.client, user=user, new_email=given["email"], by=by, why=given["why"])
    return _told(outcome, field="email")


def _add(client: Client, given: Given, by: Staff) -> Said | Unfit:
    outcome = add_admin(client=client, name=given["name"], email=given["email"], by=by, why=given["why"])
    return _told(outcome, field="email")


def _told(outcome: Corrected | WaitsForColleague | Refusal, *, field: str | None) -> Said | Unfit:
    """Put an outcome into words; a refusal of the address goes beside `field`, if the form has one."""
    match outcome:
        case Corrected():
            return Said("Done. Codes go to the new address from now on.")
        case WaitsForColleague():
            return Said("It waits for a second colleague, who finds it under Corrections. Nothing has changed yet.")
        case AddressOfOtherUser(holder):
            return Unfit(field, f"{holder.name} of the same client has this address.")
        case AddressOfAnother():
            return Unfit(field, "This address belongs to another client. Search for it under Clients.")
        case ClientIsGone():
            return Unfit(None, "This client was withdrawn, so its users cannot be corrected.")
        case UserIsGone():
            return Unfit(None, "This user is none of the client’s any more.")
        case _:
            assert_never(outcome)


def _release(client: Client, given: Given, by: Staff) -> Said:
    outcome = release_address(client=client, address=given["choice"], by=by, why=given["why"])
    match outcome:
        case Released():
            return Said("The address is let go: who names it in a call from now on is a new company.")
        case WasProven():
            return Said("Nothing was done: it was proven meanwhile, so it is the client’s.", warning)
        case NotHeld():
            return Said("Nothing was done: the client has no such address any more.", warning)
        case _:
            assert_never(outcome)


def _what_follows(client: Client) -> list[str]:
    return [TAKES_TWO] * client.signatures.exists() + [LAPSES, TOLD]


def _what(correction: Correction) -> str:
    return f"another address for {correction.user.name}" if correction.user else "another admin"


def _unproven(client: Client) -> QuerySet[EmailAddress]:
    return client.addresses.filter(proven_at=None).order_by("pk")


def _entered(address: EmailAddress) -> str:
    by = address.get_entered_by_display().lower()
    return f"{address.address}, entered by {by} on {for_people(address.entered_at)}"


DECIDE = Decision[Proposed](
    name="correction",
    route="corrections/<int:correction_id>/",
    right=RIGHT,
    label=lambda proposed: f"Decide about {_what(proposed.correction)}",
    title=lambda proposed: f"Decide about {_what(proposed.correction)}",
    says=Proposed.says,
    button="Decide",
    form=ChoiceForm,
    options=lambda proposed: {"label": "What shall happen?", "choices": proposed.choices()},
    act=_decide,
    parts=lambda client, by: {
        each.pk: Proposed(each, by) for each in client.corrections.select_related("user", "proposed_by")
    },
    is_offered=lambda proposed: proposed.waits,
)

CORRECT_ADDRESS = Decision[User](
    name="correct_address",
    route="users/<int:user_id>/address/",
    right=RIGHT,
    label=lambda user: f"Correct the address of {user.name}",
    title=lambda user: f"Correct the address of {user.name}",
    says=lambda user: [f"Held now: {user.email}", *_what_follows(user.client)],
    button="Correct the address",
    form=AddressForm,
    act=_correct,
    parts=lambda client, by: {user.pk: user for user in client.users.all()},
)

ADD_ADMIN = Decision[Client](
    name="add_admin",
    route="add-admin/",
    right=RIGHT,
    label="Add an admin",
    title=lambda client: f"Add an admin to {client.name}",
    says=lambda client: ["An admin can sign for the company.", *_what_follows(client)],
    button="Add the admin",
    form=AdminForm,
    act=_add,
)

RELEASE = Decision[Client](
    name="release",
    route="release-address/",
    right=RIGHT,
    label="Let go of an address that was never proven",
    title=lambda client: f"Let go of an address of {client.name}",
    says=lambda client: RELEASING,
    button="Let it go",
    form=ChoiceForm,
    options=lambda client: {
        "label": "Which address?",
        "choices": [(each.pk, _entered(each)) for each in _unproven(client)],
    },
    act=_release,
    is_offered=lambda client: _unproven(client).exists(),
)


@admin.register(Client, site=site)
class CorrectableClientAdmin(ClientAdmin):
    """Clients, with decisions about their users."""

    decisions = [DECIDE, *ClientAdmin.decisions, CORRECT_ADDRESS, ADD_ADMIN, RELEASE]


@admin.register(Correction, site=site)
class CorrectionAdmin(FoundByClient):
    """Corrections of users; those that wait for a second colleague are decided on the client's page."""

    list_display = ["client", "what", "status", "proposed_by", "proposed_at", "decided_by", "decided_at"]
    list_select_related = ["client", "user", "proposed_by", "decided_by"]
    list_filter = ["status"]
    search_fields = ["client__name"]
    fields = ["client", "what", "why", "status", "proposed_by", "proposed_at", "decided_by", "decided_at", "took_two"]

    def what(self, correction: Correction) -> str:
        """What is corrected; names the user but no address."""
        return _what(correction)

    def tools(self, request: HttpRequest, row: Correction) -> list[tuple[str, str]]:
        """Offer the decision while the correction waits for one."""
        may = acting(request).has_perm(RIGHT) and row.status == CorrectionStatus.WAITING
        page = reverse("admin:clients_client_correction", args=[row.client_id, row.pk])
        return [("Decide", page)] if may else []
