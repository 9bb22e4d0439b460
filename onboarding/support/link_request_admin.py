"""The workbench: link requests, and the link doctor."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.messages import warning
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone

from cases.claim import Claim
from cases.models import KeptClaims, SubmittedCase
from clients.admin.admin_search import FoundByClient
from clients.models import LinkRequest
from edge.clock import database_time
from onboarding.support.link_doctor import diagnose, find_clients
from onboarding.support.resolve_conflict import lift
from staff.decision_page import Decision, Given, Said
from staff.models import Staff
from staff.pages import Whether, require
from staff.site import site

MAX_TYPED = 2048


def _lift(link_request: LinkRequest, given: Given, by: Staff) -> Said:
    if lift(link_request=link_request, by=by, why=given["why"], at=database_time()):
        return Said("The partner may ask again.")
    return Said("There was nothing to lift: a colleague was faster, or the client never said so.", warning)


LIFT = Decision[LinkRequest](
    name="lift",
    route="lift/",
    right="clients.resolve_conflict",
    label="Let the partner ask again",
    title="Let the partner ask again",
    says=lambda link_request: [
        "The client said that it does not know this partner. Lift that only if you are sure that it was a mistake."
    ],
    button="Let it ask again",
    act=_lift,
    is_offered=lambda link_request: link_request.is_unknown_to_client and link_request.lifted_at is None,
)


@admin.register(LinkRequest, site=site)
class LinkRequestAdmin(FoundByClient):
    """Link requests; support can lift a client's answer that it does not know the partner."""

    decisions = [LIFT]
    list_display = [
        "client",
        "partner",
        "external_tenant_id",
        "status",
        "is_unknown_to_client",
        "created_at",
        "expires_at",
    ]
    list_select_related = ["client", "partner"]
    list_filter = ["status", "is_unknown_to_client", ("lifted_at", Whether), "partner"]
    search_fields = ["client__name", "external_tenant_id", "id"]
    fields = [
        "client",
        "partner",
        "external_tenant_id",
        "status",
        "created_at",
        "expires_at",
        "decided_at",
        "decided_by_user_id",
        "is_unknown_to_client",
        "lifted_at",
        "lifted_by",
        "offered_by",
        "replaces",
        "cases",
    ]

    def cases(self, link_request: LinkRequest) -> str:
        """The cases sent along and what became of each, one per line; deleted if it came to nothing."""
        kept = KeptClaims.objects.filter(request=link_request).first()
        if kept is None:
            return "None came with it, or they went with it when it came to nothing."
        became = {
            each.position: each for each in SubmittedCase.objects.filter(link=kept.link_id).select_related("case")
        }
        return "\n".join(_of_claim(claim, became.get(place)) for place, claim in enumerate(kept.as_claims()))

    def get_urls(self) -> list[URLPattern]:
        """Add the link doctor."""
        return [self.own_url("doctor/", "doctor", self.doctor_view), *super().get_urls()]

    def doctor_view(self, request: HttpRequest) -> HttpResponse:
        """Find and diagnose a client. Uses POST though it changes nothing: addresses do not belong in URLs."""
        require(request, "clients.view_linkrequest")
        typed = request.POST.get("q", "")[:MAX_TYPED].replace("\0", "")
        clients = find_clients(typed)
        diagnosis = diagnose(clients[0], typed, at=timezone.now()) if len(clients) == 1 else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Link doctor",
            "typed": typed,
            "clients": clients,
            "diagnosis": diagnosis,
            "history": diagnosis.history if diagnosis else [],
        }
        return TemplateResponse(request, "admin/link_doctor.html", context)


def _of_claim(claim: Claim, became: SubmittedCase | None) -> str:
    what = f"{claim.creditor_reference or 'Without reference'}: {claim.amount:,.2f} {claim.currency}"
    if became is None:
        return f"{what} waits for the client to approve."
    if became.case is not None:
        return f"{what} became {became.case}."
    return f"{what} failed: {became.error_message}"
