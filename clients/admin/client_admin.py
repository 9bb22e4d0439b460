"""Pages for clients, their users and links."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, assert_never

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format

from clients.admin.admin_search import FoundByClient
from clients.agreement_status import IN_WORDS
from clients.models import (
    Client,
    EmailAddress,
    ReferralPartnerClientLink,
    Signature,
    User,
)
from clients.models.agreement_facts import (
    CURRENT,
    NEVER_SIGNED,
    SIGN_AGAIN,
    has_current_signature,
    has_signed,
    with_agreement_status,
)
from clients.rename_client import (
    ClientIsErased,
    NothingToRename,
    Renamed,
    RenamedMeanwhile,
    RenamingOutcome,
    rename_client,
)
from edge.clock import for_people
from edge.form_fields import TextField
from edge.mailbox import normal_address
from edge.shapes import CompanyName
from edge.text import sought, trimmed
from staff.history import Happened, history_of
from staff.pages import (
    DecisionForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    Whether,
    acting,
    require,
)
from staff.site import site


class RenameForm(DecisionForm):
    """The company's right name."""

    held = forms.CharField(widget=forms.HiddenInput, strip=False)
    name = TextField(
        CompanyName(200),
        label="Company name",
        widget=AdminTextInputWidget,
        help_text="As it stands in the company's register.",
    )
    field_order = ["held", "name", "why"]


class AgreementFilter(admin.SimpleListFilter):
    """Where clients stand with the agreement."""

    title = "agreement"
    parameter_name = "agreement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be asked for."""
        return [(each, each) for each in (NEVER_SIGNED, CURRENT, SIGN_AGAIN)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        """Those that stand so."""
        is_current = has_current_signature(at=timezone.now())
        conditions = {
            NEVER_SIGNED: Q(~has_signed()),
            CURRENT: Q(is_current),
            SIGN_AGAIN: Q(has_signed()) & ~Q(is_current),
        }
        wanted = conditions.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


class AddressFilter(admin.SimpleListFilter):
    """Where addresses stand that a client's people have."""

    title = "addresses"
    parameter_name = "addresses"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be asked for."""
        return [("unproven", "None was ever proven"), ("lost", "One is another's, or was let go")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        """Clients that are there, and of whose addresses that is so."""
        proven = EmailAddress.objects.filter(client=OuterRef("pk"), proven_at__isnull=False)
        without = User.objects.filter(client=OuterRef("pk"), email_key=None)
        conditions = {"unproven": ~Exists(proven), "lost": Q(support_email_key=None) | Exists(without)}
        wanted = conditions.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted, withdrawn_at=None, erased_at=None)


class UserInline(ReadOnlyInline):
    """The people at a client."""

    model = User
    fields = ["name", "email", "address", "role"]
    held: Mapping[str, EmailAddress] = {}

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """With what is known of the client's addresses, looked up once for all its people."""
        self.held = obj.addresses.in_bulk() if obj else {}
        return super().get_formset(request, obj, **kwargs)

    def address(self, user: User) -> str:
        """What is known of the address."""
        return state_of_address(self.held.get(user.email_key or ""))


class LinkInline(ReadOnlyInline):
    """The partners that a client came through."""

    model = ReferralPartnerClientLink
    fields = ["partner", "external_tenant_id", "fee_percentage", "is_attributed", "created_at", "archived_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the partners' names."""
        return super().get_queryset(request).select_related("partner", "client")


class SignatureInline(ReadOnlyInline):
    """What a client signed."""

    model = Signature
    fk_name = "client"
    fields = ["agreement", "company_name", "signer_name", "signed_at", "invalidated_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the agreements' titles."""
        return super().get_queryset(request).select_related("agreement")


class ClientAdmin(ReadOnlyAdmin):
    """Clients. Registered in onboarding/admin.py, which adds the pages that correct users."""

    inlines = [UserInline, LinkInline, SignatureInline]
    list_display = ["name", "registration_number", "country_name", "partner", "agreement", "created_at", "withdrawn_at"]
    list_filter = [AgreementFilter, AddressFilter, "links__partner", "created_at", ("withdrawn_at", Whether), "country"]
    search_fields = ["name"]  # get_search_results has the rest
    search_help_text = "Company name, registration number, e-mail address, tenant id, id of the client or of a link."
    fieldsets = [
        (None, {"fields": ["name", "registration_number", "country_name", "id"]}),
        ("Address", {"fields": ["address", "zip_code", "city", "state"]}),
        ("Office", {"fields": ["support_email", "support_address", "support_phone"]}),
        ("Agreement", {"fields": ["agreement"]}),
        (
            "Dates",
            {"fields": ["created_at", "details_confirmed_at", "users_confirmed_at", "withdrawn_at", "erased_at"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        """With the partner of now, and where each stands with the agreement."""
        active = ReferralPartnerClientLink.objects.active().filter(client=OuterRef("pk"))
        clients = with_agreement_status(super().get_queryset(request), at=timezone.now())
        return clients.annotate(partner_name=Subquery(active.values("partner__name")[:1]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Client], search_term: str
    ) -> tuple[QuerySet[Client], bool]:
        """Look where a client can be known by; each place is a look-up of its own, so no client comes twice."""
        term = trimmed(search_term)
        if not term:
            return queryset, False
        addresses = EmailAddress.objects.filter(address__contains=normal_address(term))
        links = ReferralPartnerClientLink.objects.filter(external_tenant_id__icontains=term)
        found = Q(pk__in=Client.objects.order_by().known_as(sought(term)).values("pk"))
        found |= Q(pk__in=addresses.values("client")) | Q(pk__in=links.values("client"))
        if (number := _as_uuid(term)) is not None:
            by_link = ReferralPartnerClientLink.objects.filter(pk=number)
            found |= Q(pk=number) | Q(pk__in=by_link.values("client"))
        return queryset.filter(found), False

    @admin.display(ordering="partner_name", empty_value="None")
    def partner(self, client: Any) -> str | None:
        """The partner of the active link."""
        name: str | None = client.partner_name
        return name

    def agreement(self, client: Any) -> str:
        """Where it stands, with the reason."""
        if client.sign_again_reason is None:
            return str(client.agreement_status)
        since = date_format(client.sign_again_since, "j F Y")
        return f"{client.agreement_status}: {IN_WORDS[client.sign_again_reason].in_a_list}, since {since}"

    @admin.display(ordering="country", description="country")
    def country_name(self, client: Client) -> str:
        """The country in English."""
        return client.country_name

    @admin.display(description="about that address")
    def support_address(self, client: Client) -> str:
        """What is known of it."""
        return state_of_address(client.addresses.filter(pk=client.support_email_key).first())

    def tools(self, request: HttpRequest, row: Client) -> list[tuple[str, str]]:
        """Rename the company."""
        may = acting(request).has_perm("clients.change_company_name") and row.erased_at is None
        return [("Change the company name", self.url("rename", row.pk))] if may else []

    def get_urls(self) -> list[URLPattern]:
        """With the page that renames."""
        return [self.own_url("<path:object_id>/rename/", "rename", self.rename_view), *super().get_urls()]

    def rename_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what another name means for the signature, and change it."""
        require(request, "clients.change_company_name")
        client = self.row(request, object_id)
        form = RenameForm(request.POST or None, initial={"held": client.name, "name": client.name})
        if request.method == "POST" and form.is_valid():
            new = form.cleaned_data
            outcome = rename_client(
                client=client, held=new["held"], name=new["name"], by=acting(request), why=new["why"]
            )
            tell, sentence = _renamed(outcome)
            tell(request, sentence)
            return HttpResponseRedirect(self.url("change", client.pk))
        context = {
            "title": f"Change the company name of {client.name}",
            "form": form,
            "says": _renaming_means(client),
            "button": "Change the name",
        }
        return self.page(request, "admin/decision.html", client, context)

    def history(self, request: HttpRequest, row: Client) -> list[Happened]:
        """The client's own, and what happened to its users for those who may see them."""
        happened = history_of(row)
        if acting(request).has_perm("clients.view_user"):
            happened += _removed_users(row)
        return sorted(happened, key=lambda each: each.at, reverse=True)


def state_of_address(held: EmailAddress | None) -> str:
    """What is known of an address that somebody at a client has, which the client may not hold any more."""
    if held is None:
        return "another client's, or let go: who names it does not mean this client"
    if held.proven_at is not None:
        return f"last proven on {for_people(held.proven_at)}"
    return f"never proven; entered by {held.get_entered_by_display().lower()} on {for_people(held.entered_at)}"


def _renaming_means(client: Client) -> list[str]:
    """Warn those whose click ends a signature."""
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


def _renamed(outcome: RenamingOutcome) -> tuple[Callable[[HttpRequest, str], None], str]:
    match outcome:
        case Renamed():
            return messages.success, "The company has the new name. Under “Agreement” is whether it must sign again."
        case RenamedMeanwhile():
            return messages.warning, "Nothing was changed: a colleague was faster, and it has another name now."
        case NothingToRename():
            return messages.info, "It has this name already; nothing was changed."
        case ClientIsErased():
            return messages.warning, "This client was erased; nothing was changed."
        case _:
            assert_never(outcome)


def _removed_users(client: Client) -> list[Happened]:
    removed = User.pgh_event_model.objects.filter(client=client, pgh_label="removed")  # type: ignore[attr-defined]
    return [
        Happened(event.pgh_created_at, "Not by staff", f"Removed the user {event.name} ({event.get_role_display()})")
        for event in removed.order_by("-pgh_id")[:50]
    ]


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@admin.register(User, site=site)
class UserAdmin(FoundByClient):
    """People at clients; corrected on the page of the client."""

    list_display = ["name", "email", "role", "client"]
    list_select_related = ["client"]
    list_filter = ["role"]
    search_fields = ["email"]  # get_search_results has the rest
    search_help_text = "Name or e-mail address of the person; name, number or e-mail address of the client."
    known_at = ("pk", "clients_user")
    fields = ["client", "name", "email", "role"]


@admin.register(ReferralPartnerClientLink, site=site)
class LinkAdmin(FoundByClient):
    """Links: frozen from the moment that they are made."""

    list_display = ["client", "partner", "external_tenant_id", "fee", "is_attributed", "created_at", "archived_at"]
    list_select_related = ["client", "partner"]
    list_filter = ["partner", "is_attributed", ("archived_at", Whether), "created_at"]
    search_fields = ["external_tenant_id", "client__name", "partner__name", "=id", "=client__id"]
    search_help_text = "Tenant id, names of client and partner, id of the link or of the client."
    fields = [
        "id",
        "client",
        "partner",
        "external_tenant_id",
        "fee",
        "is_attributed",
        "created_at",
        "archived_at",
    ]

    @admin.display(ordering="fee_percentage", description="fee")
    def fee(self, link: ReferralPartnerClientLink) -> str:
        """The fee that was frozen."""
        return f"{link.fee_percentage} %"
