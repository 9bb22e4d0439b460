"""Admin pages for signatures and their documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from django import forms
from django.contrib import admin
from django.contrib.messages import warning
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse

from clients.admin.admin_search import FoundByClient
from clients.invalidate_signature import Invalidated, InvalidatedBefore, invalidate_signature
from clients.models import Signature, SignedDocument
from edge.clock import for_people
from edge.form_fields import TextField
from edge.kinds_of_text import OptionalText
from staff.decision_page import Decision, DecisionForm, Given, Said
from staff.models import Staff
from staff.pages import Whether, acting, require
from staff.site import site


class InvalidateForm(DecisionForm):
    """Asks for the text that the client is shown, and for the reason."""

    told_client = TextField(
        OptionalText(1000),
        label="What the client is told",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="It stands on the page where the client is asked to sign again. Plain words; name nobody.",
        error_messages={"required": "Please tell the client why it must sign again."},
    )
    field_order = ["told_client", "why"]


def _invalidate(signature: Signature, given: Given, by: Staff) -> Said:
    outcome = invalidate_signature(signature=signature, told_client=given["told_client"], by=by, why=given["why"])
    match outcome:
        case Invalidated():
            return Said("The signature does not count any more. The client is asked when it comes.")
        case InvalidatedBefore():
            return Said("A colleague has invalidated this signature already; nothing was changed.", warning)
        case _:
            assert_never(outcome)


INVALIDATE = Decision[Signature](
    name="invalidate",
    route="invalidate/",
    right="clients.invalidate_signature",
    label="Invalidate",
    title=lambda signature: f"Invalidate the signature of {signature.company_name}",
    says=lambda signature: [
        f"{signature.signer_name} signed version {signature.agreement.number} on {for_people(signature.signed_at)}.",
        "From then on this signature does not count. The document and the evidence stay.",
        "The client must sign again, and until it has, its partner gets 202 instead of 201.",
        "It cannot be taken back.",
    ],
    button="Invalidate the signature",
    form=InvalidateForm,
    act=_invalidate,
    is_offered=lambda signature: signature.invalidated_at is None,
)


@admin.register(Signature, site=site)
class SignatureAdmin(FoundByClient):
    """Signatures with their evidence. They can be invalidated, but not changed."""

    list_display = ["company_name", "version", "signer_name", "signed_at", "partner_name", "stands", "in_print"]
    # Only versions that somebody signed: the default filter would also list drafts.
    list_filter = [
        ("agreement", admin.RelatedOnlyFieldListFilter),
        "signed_at",
        ("invalidated_at", Whether),
        ("document__letters_as_numbers", Whether),
    ]
    search_fields = ["=id", "=client__id", "=link__id"]  # get_search_results has the rest
    known_at = ("pk", "clients_signature")
    decisions = [INVALIDATE]
    search_help_text = "Company, signer, signer's address, id of the signature, the client or the link."
    fieldsets = [
        (None, {"fields": ["id", "client", "company_name", "details", "agreement", "agreement_sha256"]}),
        ("Signer", {"fields": ["signer_name", "signer_email", "signer_user_id", "consent", "signed_at"]}),
        ("Document", {"fields": ["letters_as_numbers"]}),
        ("Evidence", {"fields": ["address_verified_how", "address_verified_at", "ip_address", "user_agent"]}),
        ("Came through", {"fields": ["partner_name", "partner", "link"]}),
        ("Invalidated", {"fields": ["invalidated_at", "invalidated_by", "invalidated_why"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signature]:
        """Join the document, but do not load its PDF."""
        signatures: QuerySet[Signature] = super().get_queryset(request)
        return signatures.select_related("agreement", "document").defer("document__pdf")

    @admin.display(boolean=True, description="all letters in print")
    def in_print(self, signature: Signature) -> bool:
        """Whether every letter of the parties' details could be printed; Legal looks at those where not."""
        return signature.document.letters_as_numbers == ""

    @admin.display(description="letters that no font has")
    def letters_as_numbers(self, signature: Signature) -> str:
        """How the document shows them instead."""
        numbers = signature.document.letters_as_numbers
        if not numbers:
            return "None: the document shows all letters."
        return f"{numbers}. The document shows boxes with these numbers; the page said so before the signature."

    @admin.display(ordering="agreement__number")
    def version(self, signature: Signature) -> int:
        """The number of the signed version."""
        return signature.agreement.number

    @admin.display(boolean=True)
    def stands(self, signature: Signature) -> bool:
        """False once the signature has been invalidated."""
        return signature.invalidated_at is None

    @admin.display(description="details shown")
    def details(self, signature: Signature) -> str:
        """The company's details as the page showed them, one per line."""
        return "\n".join(f"{label}: {value}" for label, value in signature.details_in_order())

    def tools(self, request: HttpRequest, row: Signature) -> Iterable[tuple[str, str]]:
        """Download the document; invalidate the signature."""
        pdf = ("Download the PDF", reverse("admin:clients_signeddocument_pdf", args=[row.pk]))
        may_read = acting(request).has_perm("clients.view_signeddocument")
        return [*([pdf] if may_read else []), *super().tools(request, row)]


@admin.register(SignedDocument, site=site)
class SignedDocumentAdmin(FoundByClient):
    """The PDFs of signatures."""

    list_display = ["company", "signed_at", "sha256", "is_accessible"]
    list_select_related = ["signature"]
    list_filter = ["is_accessible", "signature__signed_at"]
    search_fields = ["sha256", "=signature__id"]  # get_search_results has the rest
    clients_are_at = ("signature__client",)
    known_at = ("signature", "clients_signature")
    ordering = ["-signature__signed_at"]
    fields = ["signature", "sha256", "renderer", "template_version", "is_accessible", "letters_as_numbers"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignedDocument]:
        """Do not load the PDFs."""
        documents: QuerySet[SignedDocument] = super().get_queryset(request)
        return documents.select_related("signature__agreement").defer("pdf")

    @admin.display(ordering="signature__company_name")
    def company(self, document: SignedDocument) -> str:
        """The name that the company signed under."""
        return document.signature.company_name

    @admin.display(ordering="signature__signed_at")
    def signed_at(self, document: SignedDocument) -> Any:
        """When the signature was given."""
        return document.signature.signed_at

    def tools(self, request: HttpRequest, row: SignedDocument) -> list[tuple[str, str]]:
        """Download the document."""
        return [("Download the PDF", self.url("pdf", row.pk))]

    def get_urls(self) -> list[URLPattern]:
        """Add the download."""
        return [self.own_url("<path:object_id>/pdf/", "pdf", self.pdf_view), *super().get_urls()]

    def pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Download the document as it was made at signing."""
        require(request, "clients.view_signeddocument")
        document = self.row(request, object_id)
        name = f'attachment; filename="agreement-{document.pk}.pdf"'
        return HttpResponse(bytes(document.pdf), content_type="application/pdf", headers={"Content-Disposition": name})
