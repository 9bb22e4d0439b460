"""Admin pages for e-mail codes and reached limits on asking, and previews of the agreement as clients will see it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils import timezone

from clients.admin.agreement_admin import AgreementAdmin
from clients.models import Agreement, Client
from onboarding.models import AskingLimitReached, EmailCode
from onboarding.signing.agreement_page import agreement_page
from onboarding.signing.agreement_pdf import AgreementPdf, render_agreement
from onboarding.signing.forms import SignForm
from onboarding.signing.sign_again import preview_of_signing_again
from onboarding.support import client_admin, conflict_admin, link_request_admin
from partners.models import ReferralPartner
from staff.pages import ReadOnlyAdmin, require
from staff.site import site

__all__ = ["client_admin", "conflict_admin", "link_request_admin"]

site.link_on_every_page("Link doctor", url_name="admin:clients_linkrequest_doctor", right="clients.view_linkrequest")

# A made-up client for previews; never saved.
PREVIEW_CLIENT = Client(
    name="The client’s company",
    registration_number="12345678",
    country="DK",
    address="Its street 1",
    zip_code="1000",
    city="Its city",
    support_email="office@company.example",
)


@admin.register(Agreement, site=site)
class ShownAgreementAdmin(AgreementAdmin):
    """Versions of the agreement, with previews of the pages and the document."""

    def tools(self, request: HttpRequest, row: Agreement) -> list[tuple[str, str]]:
        """Add the previews to the tools."""
        previews = [
            ("Page for new clients", self.url("preview", row.pk)),
            ("Page for signing again", self.url("preview", row.pk) + "?again=1"),
            ("PDF", self.url("preview_pdf", row.pk)),
        ]
        return [*previews, *super().tools(request, row)]

    def get_urls(self) -> list[URLPattern]:
        """Add the previews' pages."""
        return [
            self.own_url("<path:object_id>/preview/", "preview", self.preview_view),
            self.own_url("<path:object_id>/preview.pdf", "preview_pdf", self.preview_pdf_view),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Preview the signing page, or with `?again` the page for signing again; its form cannot be sent."""
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
        """Preview the document, without a signature and marked as a draft on every page."""
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
    """E-mail codes and their states; the codes themselves are not shown."""

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
        """Open, Used, Expired, Lapsed, or Tried too often."""
        return code.state(at=timezone.now())


@admin.register(AskingLimitReached, site=site)
class AskingLimitReachedAdmin(ReadOnlyAdmin):
    """Partners told of many known companies in a day, or stopped from it. The limit is raised on the partner's page."""

    list_display = ["partner", "day", "companies", "refused", "first_at"]
    list_select_related = ["partner"]
    list_filter = ["partner"]
    fields = ["partner", "day", "companies", "refused", "first_at"]
