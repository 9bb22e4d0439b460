"""Pages of a client on which support corrects its users, confirms what a colleague proposed, and lets addresses go."""

from __future__ import annotations

from typing import Any, assert_never

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.contrib.messages import success, warning
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from clients.admin.admin_search import FoundByClient
from clients.admin.client_admin import ClientAdmin
from clients.models import Client, EmailAddress
from edge.clock import for_people
from edge.form_fields import AddressField, TextField
from edge.shapes import PersonName
from onboarding.models import Correction, CorrectionStatus
from onboarding.support.correct_users import (
    AddressOfAnother,
    AddressOfColleague,
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
from staff.pages import DecisionForm, acting, require
from staff.site import site

PERMISSION = "clients.correct_users"
LAPSES = "Whoever is in the middle of signing for this client must prove an address again: open codes and proofs lapse."
TOLD = "The client’s other addresses are told by mail, that of before too."
TAKES_TWO = "This client has signed, so nothing changes before a second colleague has confirmed it."
RELEASING = [
    "Nobody has shown that mail to these addresses reaches this client.",
    "If they are another company’s, let go of them: when that company is brought next, it is a new client.",
    "This client keeps them as text. Who proves one of them for it, before the other company does, gets it back.",
]


class AddressForm(DecisionForm):
    """The right address."""

    email = AddressField(
        label="Right e-mail address",
        widget=AdminEmailInputWidget(attrs={"autocomplete": "off"}),
        help_text="Make sure that it is theirs: whoever reads mail there can sign for the company.",
    )
    field_order = ["name", "email", "why"]


class AdminForm(AddressForm):
    """A new admin of the client."""

    name = TextField(PersonName(200), label="Full name", widget=AdminTextInputWidget)


class ChoiceForm(DecisionForm):
    """One of several things, and why."""

    choice = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one.", "invalid_choice": "That cannot be chosen any more."},
    )
    field_order = ["choice", "why"]

    def __init__(self, *args: Any, label: str, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["choice"].label = label
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's


@admin.register(Correction, site=site)
class CorrectionAdmin(FoundByClient):
    """Corrections of users; those that wait for a second colleague are decided on a page of the client."""

    list_display = ["client", "what", "status", "proposed_by", "proposed_at", "decided_by", "decided_at"]
    list_select_related = ["client", "user", "proposed_by", "decided_by"]
    list_filter = ["status"]
    search_fields = ["client__name"]
    fields = ["client", "what", "why", "status", "proposed_by", "proposed_at", "decided_by", "decided_at", "took_two"]

    def what(self, correction: Correction) -> str:
        """Whom it is about, but no address."""
        return _what(correction)

    def tools(self, request: HttpRequest, row: Correction) -> list[tuple[str, str]]:
        """Decide, while it waits."""
        may = acting(request).has_perm(PERMISSION) and row.status == CorrectionStatus.WAITING
        page = reverse("admin:clients_client_correction", args=[row.client_id, row.pk])
        return [("Decide", page)] if may else []


@admin.register(Client, site=site)
class CorrectableClientAdmin(ClientAdmin):
    """Clients, with the pages that correct their users."""

    def tools(self, request: HttpRequest, row: Client) -> list[tuple[str, str]]:
        """Confirm what waits, correct the address of each user, add an admin, let an address go, rename."""
        tools = super().tools(request, row)
        if not acting(request).has_perm(PERMISSION):
            return tools
        waiting = [
            (f"Decide about {_what(each)}", self.url("correction", row.pk, each.pk))
            for each in row.corrections.waiting().select_related("user")
        ]
        correct = [
            (f"Correct the address of {user.name}", self.url("correct_address", row.pk, user.pk))
            for user in row.users.all()
        ]
        unproven = row.addresses.filter(proven_at=None).exists()
        release = [("Let go of an address that was never proven", self.url("release", row.pk))] if unproven else []
        return [*waiting, *tools, *correct, ("Add an admin", self.url("add_admin", row.pk)), *release]

    def get_urls(self) -> list[URLPattern]:
        """With the pages that correct users."""
        return [
            self.own_url("<path:object_id>/users/<int:user_id>/address/", "correct_address", self.correct_view),
            self.own_url("<path:object_id>/add-admin/", "add_admin", self.add_admin_view),
            self.own_url("<path:object_id>/corrections/<int:correction_id>/", "correction", self.correction_view),
            self.own_url("<path:object_id>/release-address/", "release", self.release_view),
            *super().get_urls(),
        ]

    def correct_view(self, request: HttpRequest, object_id: str, user_id: int) -> HttpResponse:
        """Correct the address of a user."""
        require(request, PERMISSION)
        client = self.row(request, object_id)
        user = client.users.filter(pk=user_id).first()
        if user is None:
            raise Http404
        form = AddressForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            right = form.cleaned_data
            outcome = correct_address(
                client=client, user=user, new_email=right["email"], by=acting(request), why=right["why"]
            )
            if _is_done(request, form, outcome):
                return HttpResponseRedirect(self.url("change", client.pk))
        context = {
            "title": f"Correct the address of {user.name}",
            "form": form,
            "says": [f"Held now: {user.email}", *_what_follows(client)],
            "button": "Correct the address",
        }
        return self.page(request, "admin/decision.html", client, context)

    def add_admin_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Add an admin to a client whose own cannot be reached."""
        require(request, PERMISSION)
        client = self.row(request, object_id)
        form = AdminForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            new = form.cleaned_data
            outcome = add_admin(client=client, name=new["name"], email=new["email"], by=acting(request), why=new["why"])
            if _is_done(request, form, outcome):
                return HttpResponseRedirect(self.url("change", client.pk))
        context = {
            "title": f"Add an admin to {client.name}",
            "form": form,
            "says": ["An admin can sign for the company.", *_what_follows(client)],
            "button": "Add the admin",
        }
        return self.page(request, "admin/decision.html", client, context)

    def correction_view(self, request: HttpRequest, object_id: str, correction_id: int) -> HttpResponse:
        """Confirm or refuse what a colleague has proposed."""
        require(request, PERMISSION)
        client = self.row(request, object_id)
        correction = client.corrections.select_related("user", "proposed_by").filter(pk=correction_id).first()
        if correction is None:
            raise Http404
        is_own = correction.proposed_by_id == acting(request).pk
        choices = [("refuse", "Take it back" if is_own else "Refuse: nothing changes")]
        if not is_own:
            choices.insert(0, ("confirm", "Confirm: it is theirs, and codes go there from now on"))
        form = ChoiceForm(request.POST or None, label="What shall happen?", choices=choices)
        if request.method == "POST" and form.is_valid() and self._decided(request, correction, form):
            return HttpResponseRedirect(self.url("change", client.pk))
        at = for_people(correction.proposed_at)
        says = [f"{correction.proposed_by} proposed {_what(correction)} on {at}: {correction.why}"]
        if correction.email:
            held = f" Held now: {correction.user.email}." if correction.user else ""
            says.append(f"The address: {correction.email}.{held} Whoever reads mail there can sign for the company.")
        says += ["It is your own proposal, so somebody else must confirm it."] if is_own else [LAPSES, TOLD]
        context = {"title": f"Decide about {_what(correction)}", "form": form, "says": says, "button": "Decide"}
        return self.page(request, "admin/decision.html", client, context)

    def _decided(self, request: HttpRequest, correction: Correction, form: ChoiceForm) -> bool:
        """Do it; whether that is the end of it. What stands in the way is said on the form."""
        decide = {"confirm": confirm_correction, "refuse": refuse_correction}[form.cleaned_data["choice"]]
        outcome: Confirmation | Refused = decide(
            correction=correction, by=acting(request), why=form.cleaned_data["why"]
        )
        match outcome:
            case Refused():
                success(request, "It is refused, and nothing has changed.")
                return True
            case DecidedBefore(Correction(status=status)):
                warning(request, f"Nothing was done: a colleague decided it already ({status.lower()}).")
                return True
            case NotByTheSame():
                form.add_error(None, "You have proposed it yourself: somebody else must confirm it.")
                return False
            case _:
                return _is_done(request, form, outcome)

    def release_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let an address go that keeps another company out, or could."""
        require(request, PERMISSION)
        client = self.row(request, object_id)
        unproven = list(client.addresses.filter(proven_at=None).order_by("pk"))
        form = ChoiceForm(
            request.POST or None, label="Which address?", choices=[(each.pk, _entered(each)) for each in unproven]
        )
        if request.method == "POST" and form.is_valid():
            chosen = form.cleaned_data
            outcome = release_address(client=client, address=chosen["choice"], by=acting(request), why=chosen["why"])
            match outcome:
                case Released():
                    success(request, "The address is let go: who names it in a call from now on is a new company.")
                case WasProven():
                    warning(request, "Nothing was done: it was proven meanwhile, so it is the client’s.")
                case NotHeld():
                    warning(request, "Nothing was done: the client has no such address any more.")
                case _:
                    assert_never(outcome)
            return HttpResponseRedirect(self.url("change", client.pk))
        context = {
            "title": f"Let go of an address of {client.name}",
            "form": form,
            "says": RELEASING,
            "button": "Let it go",
        }
        return self.page(request, "admin/decision.html", client, context)


def _what_follows(client: Client) -> list[str]:
    return [TAKES_TWO] * client.signatures.exists() + [LAPSES, TOLD]


def _what(correction: Correction) -> str:
    return f"another address for {correction.user.name}" if correction.user else "another admin"


def _entered(address: EmailAddress) -> str:
    by = address.get_entered_by_display().lower()
    return f"{address.address}, entered by {by} on {for_people(address.entered_at)}"


def _is_done(request: HttpRequest, form: forms.Form, outcome: Corrected | WaitsForColleague | Refusal) -> bool:
    """Say what came of it; what stands in the way is said beside the field."""
    match outcome:
        case Corrected():
            success(request, "Done. Codes go to the new address from now on.")
            return True
        case WaitsForColleague():
            success(
                request, "It waits for a second colleague, who finds it under Corrections. Nothing has changed yet."
            )
            return True
        case AddressOfColleague(colleague):
            _refuse(form, f"{colleague.name} of the same client has this address.")
        case AddressOfAnother():
            _refuse(form, "This address belongs to another client. Search for it under Clients.")
        case ClientIsGone():
            form.add_error(None, "This client was withdrawn, so its users cannot be corrected.")
        case UserIsGone():
            form.add_error(None, "This user is none of the client’s any more.")
        case _:
            assert_never(outcome)
    return False


def _refuse(form: forms.Form, sentence: str) -> None:
    form.add_error("email" if "email" in form.fields else None, sentence)
