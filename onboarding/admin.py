"""Pages for e-mail codes, and those that correct a client's users."""

from __future__ import annotations

from typing import assert_never

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern
from django.utils import timezone
from pydantic_core import PydanticCustomError

from clients.admin import ClientAdmin, clean_line
from clients.agreement_admin import AgreementAdmin
from clients.models import Agreement, Client
from debitura.edge.mailbox import read_email
from debitura.staff.pages import DecisionForm, ReadOnlyAdmin, acting, require
from debitura.staff.site import site
from onboarding.agreement_page import agreement_page
from onboarding.agreement_pdf import AgreementPdf, render_agreement
from onboarding.correct_users import (
    AddressOfAnother,
    AddressOfColleague,
    ClientIsGone,
    Corrected,
    CorrectionOutcome,
    add_admin,
    correct_address,
)
from onboarding.forms import SignForm
from onboarding.models import TRIES, EmailCode
from onboarding.sign_again import preview_of_signing_again
from partners.models import ReferralPartner

PERMISSION = "clients.correct_users"
LAPSES = "Whoever is in the middle of signing for this client must prove an address again: open codes and proofs lapse."


# Whom previews are for: nobody.
PREVIEW_CLIENT = Client(
    name="The client’s company",
    registration_number="12345678",
    country="DK",
    address="Its street 1",
    zip_code="1000",
    city="Its city",
    support_email="office@company.example",
)


class AddressForm(DecisionForm):
    """The right address."""

    email = forms.CharField(
        label="Right e-mail address",
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text="Make sure that it is theirs: whoever reads mail there can sign for the company.",
    )
    field_order = ["name", "email", "why"]

    def clean_email(self) -> str:
        """Read it as the API does."""
        try:
            return read_email(self.cleaned_data["email"])
        except PydanticCustomError as fault:
            raise forms.ValidationError(fault.message())


class AdminForm(AddressForm):
    """A new admin of the client."""

    name = forms.CharField(
        max_length=200, label="Full name", widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    )

    def clean_name(self) -> str:
        """Read it as the API does."""
        return clean_line(self.cleaned_data["name"])


@admin.register(Client, site=site)
class CorrectableClientAdmin(ClientAdmin):
    """Clients, with the pages that correct their users."""

    def tools(self, request: HttpRequest, row: Client) -> list[tuple[str, str]]:
        """Correct the address of each user, add an admin, rename."""
        tools = super().tools(request, row)
        if not acting(request).has_perm(PERMISSION):
            return tools
        correct = [
            (f"Correct the address of {user.name}", self.url("correct_address", row.pk, user.pk))
            for user in row.users.all()
        ]
        return [*tools, *correct, ("Add an admin", self.url("add_admin", row.pk))]

    def get_urls(self) -> list[URLPattern]:
        """With the pages that correct users."""
        return [
            self.own_url("<path:object_id>/users/<int:user_id>/address/", "correct_address", self.correct_view),
            self.own_url("<path:object_id>/add-admin/", "add_admin", self.add_admin_view),
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
            if self._is_done(request, form, outcome):
                return HttpResponseRedirect(self.url("change", client.pk))
        context = {
            "title": f"Correct the address of {user.name}",
            "form": form,
            "says": [f"Held now: {user.email}", LAPSES],
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
            if self._is_done(request, form, outcome):
                return HttpResponseRedirect(self.url("change", client.pk))
        context = {
            "title": f"Add an admin to {client.name}",
            "form": form,
            "says": ["An admin can sign for the company.", LAPSES],
            "button": "Add the admin",
        }
        return self.page(request, "admin/decision.html", client, context)

    def _is_done(self, request: HttpRequest, form: forms.Form, outcome: CorrectionOutcome) -> bool:
        """Say what came of it; what stands in the way is said beside the field."""
        match outcome:
            case Corrected(user):
                success(request, f"{user.name} has the address {user.email} now. Codes go there from now on.")
                return True
            case AddressOfColleague(colleague):
                form.add_error("email", f"{colleague.name} of the same client has this address.")
            case AddressOfAnother():
                form.add_error("email", "This address belongs to another client. Search for it under Clients.")
            case ClientIsGone():
                form.add_error(None, "This client was withdrawn, so its users cannot be corrected.")
            case _:
                assert_never(outcome)
        return False


@admin.register(Agreement, site=site)
class ShownAgreementAdmin(AgreementAdmin):
    """Versions of the agreement, with the pages and the document that clients will see."""

    def tools(self, request: HttpRequest, row: Agreement) -> list[tuple[str, str]]:
        """Look at it as clients will."""
        previews = [
            ("Page for new clients", self.url("preview", row.pk)),
            ("Page for signing again", self.url("preview", row.pk) + "?again=1"),
            ("PDF", self.url("preview_pdf", row.pk)),
        ]
        return [*previews, *super().tools(request, row)]

    def get_urls(self) -> list[URLPattern]:
        """With the previews."""
        return [
            self.own_url("<path:object_id>/preview/", "preview", self.preview_view),
            self.own_url("<path:object_id>/preview.pdf", "preview_pdf", self.preview_pdf_view),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page on which it will be signed, for a client that is not one; nothing can be sent from it."""
        require(request, "clients.view_agreement")
        agreement = self.row(request, object_id)
        asked = preview_of_signing_again(agreement) if "again" in request.GET else None
        context = {
            "is_preview": True,
            "partner": ReferralPartner.objects.filter(is_active=True).order_by("name").first(),
            "form": SignForm(),
            "signer": {"address": PREVIEW_CLIENT.support_email},
            "back": self.url("change", agreement.pk),
            "support_contact": settings.SUPPORT_CONTACT,
            **agreement_page(PREVIEW_CLIENT, agreement, asked),
        }
        return render(request, "onboarding/agreement.html", context)

    def preview_pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The document without a signature, marked as a draft on every page."""
        require(request, "clients.view_agreement")
        agreement = self.row(request, object_id)
        made = render_agreement(
            AgreementPdf(
                title=agreement.title,
                number=agreement.number,
                text=agreement.text,
                text_sha256=agreement.text_sha256,
                published_at=agreement.published_at,
                creditor=list(PREVIEW_CLIENT.details().items()),
            )
        )
        name = f'inline; filename="agreement-version-{agreement.number}-preview.pdf"'
        return HttpResponse(made.pdf, content_type="application/pdf", headers={"Content-Disposition": name})


@admin.register(EmailCode, site=site)
class EmailCodeAdmin(ReadOnlyAdmin):
    """Codes by what became of them; what they were is nowhere."""

    list_display = ["id", "link_id", "user_id", "purpose", "state", "tries", "requested_at", "expires_at"]
    list_filter = ["purpose", "requested_at"]
    search_fields = ["=id", "=link__id", "=user__id", "=link__client__id"]
    search_help_text = "Id of the code, the link, the client or the user."
    fields = [
        "id",
        "request_id",
        "link_id",
        "user_id",
        "purpose",
        "state",
        "tries",
        "requested_at",
        "expires_at",
        "used_at",
        "lapsed_at",
    ]

    def state(self, code: EmailCode) -> str:
        """What became of it."""
        if code.lapsed_at is not None:
            return "Lapsed"
        if code.used_at is not None:
            return "Used"
        if code.tries >= TRIES:
            return "Tried too often"
        return "Expired" if code.expires_at <= timezone.now() else "Open"
