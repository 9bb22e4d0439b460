"""Pages on which a client decides about a link request (product-rules 3.8, 6.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect

from clients.agreement_status import Current
from clients.models import LinkRequest, ReferralPartnerClientLink, RequestStatus
from clients.models.agreement_facts import status_of
from edge.clock import database_time, for_people
from onboarding.approving.approval_path import approval_path
from onboarding.approving.approve_link import approve_link, decline_link
from onboarding.journey.page_path import signing_url
from onboarding.proof.code_page import leave_page, named, return_url_of, send_code, take_code
from onboarding.proof.email_codes import Proof, has_open_code
from onboarding.proof.forms import AddressForm, CodeForm
from onboarding.proof.return_url import allowed_return_url
from onboarding.proof.visit import Visit, open_to_all, open_to_proven


@dataclass(frozen=True)
class ApprovalVisit[Proven: Proof | None](Visit[LinkRequest, Proven]):
    """An HTTP request for a page about a link request."""

    id_in_url = "request_id"

    @classmethod
    def reachable(cls) -> QuerySet[LinkRequest]:
        """All link requests, decided ones too: visitors with a proof are told the outcome."""
        return LinkRequest.objects.select_related("partner", "client", "replaces__partner")

    @cached_property
    def is_open(self) -> bool:
        """Whether the link request can still be decided; read once per visit."""
        return LinkRequest.objects.filter(pk=self.about.pk).open().exists()

    def path(self, page: str = "entry") -> str:
        """The path of a page about the same link request."""
        return approval_path(self.about, page)


type AnyVisit = ApprovalVisit[Proof | None]
type ProvenVisit = ApprovalVisit[Proof]


@open_to_all(ApprovalVisit, "GET", "HEAD", "POST")
def entry(visit: AnyVisit) -> HttpResponse:
    """Take an address, mail a code to it if it is an admin's, and check the typed code; redirect who has a proof."""
    if visit.proof is not None:
        return redirect(visit.path("decide"))
    if not visit.is_open:
        return visit.render("approval_over.html")
    typed, show = visit.request.POST, partial(_entry_page, visit)
    if visit.request.method != "POST":
        return named(visit, show())
    return take_code(visit, show) if "code" in typed else send_code(visit, AddressForm(typed), show)


def _entry_page(visit: AnyVisit, form: CodeForm | AddressForm | None = None, *, too_many: bool = False) -> HttpResponse:
    """Show the given form, else the form for the code if one was sent, else the form for the address."""
    if form is None:
        is_sent = has_open_code(about=visit.about, purpose=visit.purpose, browser=visit.browser or "")
        form = CodeForm() if is_sent and "another" not in visit.request.GET else AddressForm()
    return visit.render(
        "approval_entry.html",
        form=form,
        takes_code=isinstance(form, CodeForm),
        too_many=too_many,
        return_url=return_url_of(visit.request, visit.about.partner),
    )


leave = open_to_all(ApprovalVisit, "GET", "HEAD", "POST")(leave_page)


@open_to_proven(ApprovalVisit, "GET", "HEAD", "POST")
def decide(visit: ProvenVisit) -> HttpResponse:
    """Show who asks and what approving would mean, and take the decision."""
    if visit.request.method == "POST":
        return _decide(visit, visit.request.POST.get("decision", ""))
    if not visit.is_open:
        return _end(visit)
    replaced = visit.about.replaces
    return visit.render(
        "approval_decide.html",
        page="decide",
        client=visit.about.client,
        leaving=replaced.partner if replaced else None,
        until=for_people(visit.about.expires_at),
        proof=visit.proof,
    )


def _decide(visit: ProvenVisit, decision: str) -> HttpResponse:
    """Take the decision. The redirect shows the state after it, whatever the outcome."""
    match decision:
        case "approve":
            approve_link(link_request=visit.about, browser=visit.proof.browser, at=database_time())
        case "decline" | "unknown":
            is_unknown = decision == "unknown"
            decline_link(
                link_request=visit.about, browser=visit.proof.browser, is_unknown=is_unknown, at=database_time()
            )
    return redirect(visit.path("decide"))


def _end(visit: ProvenVisit) -> HttpResponse:
    """Show the outcome of the link request, and where to go next."""
    status = visit.about.status
    return visit.render(
        "approval_end.html",
        client=visit.about.client,
        status=RequestStatus.EXPIRED if status == RequestStatus.PENDING else RequestStatus(status),
        is_unknown=visit.about.is_unknown_to_client,
        sign_url=_where_to_sign(visit.about, at=visit.now) if status == RequestStatus.APPROVED else None,
        return_url=allowed_return_url(visit.proof.return_url, visit.about.partner),
    )


def _where_to_sign(link_request: LinkRequest, *, at: datetime) -> str | None:
    """The URL at which the client must sign for its new link; None if it need not, or the link is gone."""
    links = ReferralPartnerClientLink.objects.active().of(link_request.partner, link_request.external_tenant_id)
    link = links.filter(client=link_request.client_id).select_related("client").first()
    if link is None:
        return None
    status = status_of(link.client, at=at)
    return None if isinstance(status, Current) else signing_url(link, status)
