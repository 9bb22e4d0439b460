"""Admin pages for clients, with their users, links and signatures."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from clients.admin.rename import RENAME
from clients.agreement_status import IN_WORDS
from clients.models import (
    Client,
    EmailAddress,
    ReferralPartnerClientLink,
    Signature,
    User,
)
from clients.models.agreement_selections import (
    CURRENT,
    NEVER_SIGNED,
    SIGN_AGAIN,
    stands_so,
    with_agreement_status,
)
from edge.clock import for_people
from edge.mailbox import normal_address
from edge.text import sought, trimmed
from staff.history import Happened, history_of
from staff.pages import ReadOnlyAdmin, ReadOnlyInline, Whether, acting


class AgreementFilter(admin.SimpleListFilter):
    """Filters clients by the status of their agreement."""

    title = "agreement"
    parameter_name = "agreement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices, as pairs of value and label."""
        return [(each, each) for each in (NEVER_SIGNED, CURRENT, SIGN_AGAIN)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        """The clients with the chosen status."""
        wanted = stands_so(at=timezone.now()).get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


class AddressFilter(admin.SimpleListFilter):
    """Filters clients by the state of their addresses."""

    title = "addresses"
    parameter_name = "addresses"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices, as pairs of value and label."""
        return [("unproven", "None was ever proven"), ("lost", "One is another's, or was let go")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        """The clients, neither withdrawn nor erased, whose addresses are in the chosen state."""
        proven = EmailAddress.objects.filter(client=OuterRef("pk"), proven_at__isnull=False)
        without = User.objects.filter(client=OuterRef("pk"), email_key=None)
        conditions = {"unproven": ~Exists(proven), "lost": Q(support_email_key=None) | Exists(without)}
        wanted = conditions.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted, withdrawn_at=None, erased_at=None)


class UserInline(ReadOnlyInline):
    """A client's users."""

    model = User
    fields = ["name", "email", "address", "role"]
    held: Mapping[str, EmailAddress] = {}

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Look up the client's addresses once for all its users."""
        self.held = obj.addresses.in_bulk() if obj else {}
        return super().get_formset(request, obj, **kwargs)

    def address(self, user: User) -> str:
        """The state of the user's address, in words."""
        return state_of_address(self.held.get(user.email_key or ""))


class LinkInline(ReadOnlyInline):
    """A client's links to partners, archived ones too."""

    model = ReferralPartnerClientLink
    fields = ["partner", "external_tenant_id", "fee_percentage", "is_attributed", "created_at", "archived_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Join what the rows name."""
        return super().get_queryset(request).select_related("partner", "client")


class SignatureInline(ReadOnlyInline):
    """A client's signatures, invalidated ones too."""

    model = Signature
    fk_name = "client"
    fields = ["agreement", "company_name", "signer_name", "signed_at", "invalidated_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Join the agreement, which the rows name."""
        return super().get_queryset(request).select_related("agreement")


class ClientAdmin(ReadOnlyAdmin):
    """Clients. Registered by a subclass in onboarding/support/client_admin.py, which adds decisions about users."""

    inlines = [UserInline, LinkInline, SignatureInline]
    decisions = [RENAME]
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
        """Annotate the current partner's name and the status of the agreement."""
        active = ReferralPartnerClientLink.objects.active().filter(client=OuterRef("pk"))
        clients = with_agreement_status(super().get_queryset(request), at=timezone.now())
        return clients.annotate(partner_name=Subquery(active.values("partner__name")[:1]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Client], search_term: str
    ) -> tuple[QuerySet[Client], bool]:
        """Search names, addresses and ids, of links too. Subqueries instead of joins, so no client appears twice."""
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
        """The name of the active link's partner."""
        name: str | None = client.partner_name
        return name

    def agreement(self, client: Any) -> str:
        """The status of the agreement, with the reason and date if it must be signed again."""
        if client.sign_again_reason is None:
            return str(client.agreement_status)
        since = date_format(client.sign_again_since, "j F Y")
        return f"{client.agreement_status}: {IN_WORDS[client.sign_again_reason].in_a_list}, since {since}"

    @admin.display(ordering="country", description="country")
    def country_name(self, client: Client) -> str:
        """The country's English name."""
        return client.country_name

    @admin.display(description="about that address")
    def support_address(self, client: Client) -> str:
        """The state of the support address, in words."""
        return state_of_address(client.addresses.filter(pk=client.support_email_key).first())

    def history(self, request: HttpRequest, row: Client) -> list[Happened]:
        """The client's history, with removed users for those who may see users."""
        happened = history_of(row)
        if acting(request).has_perm("clients.view_user"):
            happened += _removed_users(row)
        return sorted(happened, key=lambda each: each.at, reverse=True)


def state_of_address(held: EmailAddress | None) -> str:
    """Describe an address of a client's user or office; None where the client does not hold it any more."""
    if held is None:
        return "another client's, or let go: who names it does not mean this client"
    if held.proven_at is not None:
        return f"last proven on {for_people(held.proven_at)}"
    return f"never proven; entered by {held.get_entered_by_display().lower()} on {for_people(held.entered_at)}"


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
