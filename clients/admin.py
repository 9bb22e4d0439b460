"""Pages for clients, links, agreements and signatures."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, assert_never

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clients.agreement_text import UnsupportedMarkdown, agreement_blocks, agreement_html
from clients.models import (
    Agreement,
    Client,
    EmailAddress,
    ReferralPartnerClientLink,
    Signature,
    SignedDocument,
    User,
    normal_address,
)
from clients.publish_agreement import (
    CannotBeShown,
    OutOfOrder,
    Published,
    PublishedBefore,
    PublishingOutcome,
    hold_publishing,
    publish_agreement,
)
from debitura.staff.decision import decision
from debitura.staff.history import Happened, history_of
from debitura.staff.pages import (
    DecisionForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    StaffModelAdmin,
    Whether,
    acting,
    require,
)
from debitura.staff.site import site


class UserInline(ReadOnlyInline):
    """The people at a client."""

    model = User
    fields = ["name", "email", "role"]


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
    list_display = ["name", "registration_number", "country_name", "partner", "created_at", "withdrawn_at"]
    list_filter = ["links__partner", "created_at", ("withdrawn_at", Whether), "country"]
    search_fields = ["name"]  # get_search_results has the rest
    search_help_text = "Company name, registration number, e-mail address, tenant id, id of the client or of a link."
    fieldsets = [
        (None, {"fields": ["name", "registration_number", "country_name", "id"]}),
        ("Address", {"fields": ["address", "zip_code", "city", "state"]}),
        ("Office", {"fields": ["support_email", "support_phone"]}),
        (
            "Dates",
            {"fields": ["created_at", "details_confirmed_at", "users_confirmed_at", "withdrawn_at", "erased_at"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        """With the partner of now."""
        active = ReferralPartnerClientLink.objects.active().filter(client=OuterRef("pk"))
        clients: QuerySet[Client] = super().get_queryset(request)
        return clients.annotate(partner_name=Subquery(active.values("partner__name")[:1]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Client], search_term: str
    ) -> tuple[QuerySet[Client], bool]:
        """Look where a client can be known by; each place is a look-up of its own, so no client comes twice."""
        term = search_term.strip()
        if not term:
            return queryset, False
        addresses = EmailAddress.objects.filter(address__contains=normal_address(term))
        links = ReferralPartnerClientLink.objects.filter(external_tenant_id__icontains=term)
        found = Q(name__icontains=term) | Q(registration_number__icontains=term)
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

    @admin.display(ordering="country", description="country")
    def country_name(self, client: Client) -> str:
        """The country in English."""
        return client.country_name

    def history(self, request: HttpRequest, row: Client) -> list[Happened]:
        """The client's own, and what happened to its users for those who may see them."""
        happened = history_of(row)
        if acting(request).has_perm("clients.view_user"):
            happened += _removed_users(row)
        return sorted(happened, key=lambda each: each.at, reverse=True)


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
class UserAdmin(ReadOnlyAdmin):
    """People at clients; corrected on the page of the client."""

    list_display = ["name", "email", "role", "client"]
    list_select_related = ["client"]
    list_filter = ["role"]
    search_fields = ["name", "email", "client__name"]
    fields = ["client", "name", "email", "role"]


@admin.register(ReferralPartnerClientLink, site=site)
class LinkAdmin(ReadOnlyAdmin):
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


class AgreementForm(forms.ModelForm):  # type: ignore[type-arg]
    """A draft as it is written."""

    class Meta:
        model = Agreement
        fields = ["number", "title", "summary_of_changes", "is_material", "text"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 40, "class": "vLargeTextField agreement-source"}),
            "summary_of_changes": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        }

    def clean_text(self) -> str:
        """Refuse what pages and documents could not show, while it can still be written otherwise."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        try:
            agreement_blocks(text)
        except UnsupportedMarkdown as fault:
            raise forms.ValidationError(str(fault))
        return text

    def clean_summary_of_changes(self) -> str:
        """Keep lines as one system writes them."""
        return str(self.cleaned_data["summary_of_changes"]).replace("\r\n", "\n")

    def clean_number(self) -> int:
        """Refuse a number that could never be published."""
        number: int = self.cleaned_data["number"]
        current = Agreement.objects.current()
        if current is not None and number <= current.number:
            raise forms.ValidationError(f"Version {current.number} is published; take a later number.")
        return number


class PublishForm(DecisionForm):
    """The decision to publish what was read."""

    shown = forms.CharField(widget=forms.HiddenInput)


@admin.register(Agreement, site=site)
class AgreementAdmin(StaffModelAdmin):
    """Versions of the agreement: drafts are written, published ones are frozen."""

    form = AgreementForm
    list_display = ["title", "number", "state", "is_material", "published_at", "required_from"]
    list_filter = [("published_at", Whether), "is_material"]
    search_fields = ["title", "number"]
    readonly_fields = ["state", "as_shown", "text_sha256", "published_at", "required_from"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The source for who writes it, the text for who reads it."""
        facts = ["number", "title", "summary_of_changes", "is_material"]
        if obj is None:
            return [(None, {"fields": [*facts, "text"]})]
        dates = ["state", "published_at", "required_from", "text_sha256"]
        written = [(None, {"fields": ["text"]})] if self.has_change_permission(request, obj) else []
        return [
            (None, {"fields": facts}),
            ("State", {"fields": dates}),
            *written,
            ("The text as clients see it", {"fields": ["as_shown"], "classes": ["wide"]}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        """Without drafts for those who may not see them."""
        agreements: QuerySet[Agreement] = super().get_queryset(request)
        if acting(request).has_perm("clients.view_draft_agreement"):
            return agreements
        return agreements.filter(published_at__isnull=False)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the next number, and the text of now to begin with."""
        current = Agreement.objects.current()
        last = Agreement.objects.aggregate(last=Max("number"))["last"] or 0
        begin = {} if current is None else {"title": current.title, "text": current.text}
        return {"number": last + 1, **begin, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts alone: what is published is frozen."""
        return super().has_change_permission(request, obj) and (obj is None or obj.published_at is None)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Judge and save a draft while nobody publishes, and no other takes its number."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            hold_publishing(shared=False)
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:
        """Save a draft; that it is one is reason enough."""
        what = "Changed the draft" if change else "Wrote a draft"
        with decision(by=acting(request), why="Draft", what=what, about=obj, is_new=not change):
            super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing more: it is in the log already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing more: it is in the log already."""

    def history(self, request: HttpRequest, row: Agreement) -> list[Happened]:
        """For those who may see drafts: the history is made of them."""
        return history_of(row) if acting(request).has_perm("clients.view_draft_agreement") else []

    def state(self, agreement: Agreement) -> str:
        """Draft or published."""
        return "Draft" if agreement.published_at is None else "Published"

    @admin.display(description="Text")
    def as_shown(self, agreement: Agreement) -> SafeString:
        """The text as pages show it."""
        try:
            html = agreement_html(agreement.text, top_heading=3)
        except UnsupportedMarkdown as fault:
            return format_html("<p>This text cannot be shown. {}</p>", str(fault))
        return format_html('<div class="agreement">{}</div>', html)

    def tools(self, request: HttpRequest, row: Agreement) -> list[tuple[str, str]]:
        """Publish it."""
        may = acting(request).has_perm("clients.publish_agreement") and row.published_at is None
        return [("Publish", self.url("publish", row.pk))] if may else []

    def get_urls(self) -> list[URLPattern]:
        """With the page that publishes."""
        return [self.own_url("<path:object_id>/publish/", "publish", self.publish_view), *super().get_urls()]

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would be published and what that means, and publish just that."""
        require(request, "clients.publish_agreement")
        draft = self.row(request, object_id)
        shown = _digest(draft)
        form = PublishForm(request.POST or None, initial={"shown": shown})
        if request.method == "POST" and form.is_valid():
            if constant_time_compare(form.cleaned_data["shown"], shown):
                return self._publish(request, draft, form.cleaned_data["why"])
            form = PublishForm(initial={"shown": shown, "why": form.cleaned_data["why"]})
            messages.warning(request, "The draft was changed meanwhile, and nothing was published. Read it again.")
        return self._publish_page(request, draft, form)

    def _publish_page(self, request: HttpRequest, draft: Agreement, form: PublishForm) -> HttpResponse:
        again = (
            "Every client must sign it, those who signed an earlier version too."
            if draft.is_material
            else "Clients who signed an earlier version need not sign again; new clients sign this one."
        )
        says = [
            f"From then on this is what clients sign. {again}",
            "It can never be changed or taken back.",
        ]
        context = {
            "title": f"Publish version {draft.number}",
            "form": form,
            "says": says,
            "button": f"Publish version {draft.number}",
            "summary": draft.summary_of_changes,
            "text": self.as_shown(draft),
        }
        return self.page(request, "admin/publish.html", draft, context)

    def _publish(self, request: HttpRequest, draft: Agreement, why: str) -> HttpResponse:
        outcome = publish_agreement(agreement=draft, by=acting(request), why=why)
        tell, sentence = _told(outcome)
        tell(request, sentence)
        return HttpResponseRedirect(self.url("change", draft.pk))


def _digest(draft: Agreement) -> str:
    """What somebody read who publishes this."""
    facts = [draft.number, draft.title, draft.text, draft.summary_of_changes, draft.is_material]
    return salted_hmac("clients.admin.publish", json.dumps(facts), algorithm="sha256").hexdigest()


def _told(outcome: PublishingOutcome) -> tuple[Callable[[HttpRequest, str], None], str]:
    match outcome:
        case Published(agreement):
            return messages.success, f"Version {agreement.number} is published. Clients sign it from now on."
        case PublishedBefore():
            return messages.warning, "This version was published already; nothing changed."
        case OutOfOrder(current):
            return (
                messages.error,
                f"Version {current.number} is published already. Give this draft a later number, then publish it.",
            )
        case CannotBeShown(why):
            return messages.error, f"Nothing was published. {why}"
        case _:
            assert_never(outcome)


@admin.register(Signature, site=site)
class SignatureAdmin(ReadOnlyAdmin):
    """Signatures with their evidence: append-only."""

    list_display = ["company_name", "version", "signer_name", "signed_at", "partner_name", "stands"]
    list_select_related = ["agreement"]
    # Only versions that somebody signed: the stock filter would name drafts.
    list_filter = [
        ("agreement", admin.RelatedOnlyFieldListFilter),
        "signed_at",
        ("invalidated_at", Whether),
    ]
    search_fields = ["company_name", "signer_name", "signer_email", "=id", "=client__id", "=link__id"]
    search_help_text = "Company, signer, signer's address, id of the signature, the client or the link."
    fieldsets = [
        (None, {"fields": ["id", "client", "company_name", "details", "agreement", "agreement_sha256"]}),
        ("Signer", {"fields": ["signer_name", "signer_email", "signer_user_id", "consent", "signed_at"]}),
        ("Evidence", {"fields": ["address_verified_how", "address_verified_at", "ip_address", "user_agent"]}),
        ("Came through", {"fields": ["partner_name", "partner", "link"]}),
        ("Invalidated", {"fields": ["invalidated_at", "invalidated_by", "invalidated_why"]}),
    ]

    @admin.display(ordering="agreement__number")
    def version(self, signature: Signature) -> int:
        """The number of the version."""
        return signature.agreement.number

    @admin.display(boolean=True)
    def stands(self, signature: Signature) -> bool:
        """Whether it was not invalidated."""
        return signature.invalidated_at is None

    @admin.display(description="details shown")
    def details(self, signature: Signature) -> str:
        """What the page showed of the company, a line each."""
        return "\n".join(f"{label}: {value}" for label, value in signature.details_in_order())

    def tools(self, request: HttpRequest, row: Signature) -> list[tuple[str, str]]:
        """The document."""
        may = acting(request).has_perm("clients.view_signeddocument")
        return [("Download the PDF", reverse("admin:clients_signeddocument_pdf", args=[row.pk]))] if may else []


@admin.register(SignedDocument, site=site)
class SignedDocumentAdmin(ReadOnlyAdmin):
    """The PDFs of signatures."""

    list_display = ["company", "signed_at", "sha256", "is_accessible"]
    list_select_related = ["signature"]
    list_filter = ["is_accessible", "signature__signed_at"]
    search_fields = ["signature__company_name", "sha256", "=signature__id"]
    ordering = ["-signature__signed_at"]
    fields = ["signature", "sha256", "renderer", "template_version", "is_accessible"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignedDocument]:
        """Without the files themselves."""
        documents: QuerySet[SignedDocument] = super().get_queryset(request)
        return documents.select_related("signature__agreement").defer("pdf")

    @admin.display(ordering="signature__company_name")
    def company(self, document: SignedDocument) -> str:
        """Who signed."""
        return document.signature.company_name

    @admin.display(ordering="signature__signed_at")
    def signed_at(self, document: SignedDocument) -> Any:
        """When."""
        return document.signature.signed_at

    def tools(self, request: HttpRequest, row: SignedDocument) -> list[tuple[str, str]]:
        """Download it."""
        return [("Download the PDF", self.url("pdf", row.pk))]

    def get_urls(self) -> list[URLPattern]:
        """With the file itself."""
        return [self.own_url("<path:object_id>/pdf/", "pdf", self.pdf_view), *super().get_urls()]

    def pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand out the document as it was made at signing."""
        require(request, "clients.view_signeddocument")
        document = self.row(request, object_id)
        name = f'attachment; filename="agreement-{document.pk}.pdf"'
        return HttpResponse(bytes(document.pdf), content_type="application/pdf", headers={"Content-Disposition": name})
