"""Pages on which a client decides about a partner that asks to be linked to it (product-rules 3.8, 6.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clients.agreement_status import Current
from clients.models import LinkRequest, ReferralPartnerClientLink, RequestStatus
from clients.models.agreement_facts import status_of
from edge.clock import database_time, for_people
from onboarding.approving.approve_link import approve_link, decline_link
from onboarding.journey.steps import approval_path, signing_url
from onboarding.models import Purpose
from onboarding.proof.browser import browser_of
from onboarding.proof.code_page import left, named, return_url_of, send_code, take_code
from onboarding.proof.email_codes import Proof, has_open_code, standing_proof
from onboarding.proof.forms import AddressForm, CodeForm
from onboarding.proof.return_url import allowed_return_url


@dataclass(frozen=True)
class ApprovalVisit:
    """A request for a page of a link request, from a browser that may have no name and no proof yet."""

    request: HttpRequest
    about: LinkRequest
    is_open: bool
    browser: str | None
    proof: Proof | None
    purpose: Purpose = Purpose.APPROVAL

    def entry_path(self) -> str:
        """Where the page is on which an address is proven."""
        return approval_path(self.about)

    def leave_path(self) -> str:
        """Where one says that one is done."""
        return f"{self.entry_path()}/leave"

    def render(self, template: str, **facts: object) -> HttpResponse:
        """Show a page under the asking partner's brand."""
        context = {
            "partner": self.about.partner,
            "path": self.request.path,
            "entry_path": self.entry_path(),
            "leave_path": self.leave_path() if self.proof else None,
            "support_contact": settings.SUPPORT_CONTACT,
            **facts,
        }
        return render(self.request, f"onboarding/{template}", context)


type View = Callable[[ApprovalVisit], HttpResponse]


def page(*methods: str) -> Callable[[View], Callable[[HttpRequest, UUID], HttpResponse]]:
    """Open a page to whoever has the URL; before a proof it may show the partner's brand and name, and nothing else."""

    def decorate(view: View) -> Callable[[HttpRequest, UUID], HttpResponse]:
        @login_not_required
        @never_cache
        @require_http_methods([*methods])
        @wraps(view)
        def shown(request: HttpRequest, request_id: UUID) -> HttpResponse:
            return view(_visit(request, request_id))

        return shown

    return decorate


def _visit(request: HttpRequest, request_id: UUID) -> ApprovalVisit:
    requests = LinkRequest.objects.select_related("partner", "client", "replaces__partner")
    about = get_object_or_404(requests, pk=request_id)
    browser = browser_of(request)
    proof = standing_proof(about=about, purpose=Purpose.APPROVAL, browser=browser) if browser else None
    is_open = LinkRequest.objects.filter(pk=about.pk).open().exists()
    return ApprovalVisit(request, about, is_open, browser, proof)


@page("GET", "HEAD", "POST")
def entry(visit: ApprovalVisit) -> HttpResponse:
    """Take an address, mail a code to it if it is an admin's, take the code; lead on who has proven one already."""
    if visit.proof is not None:
        return redirect(f"{visit.entry_path()}/decide")
    if not visit.is_open:
        return visit.render("approval_over.html")
    if visit.request.method != "POST":
        return named(visit, _entry_page(visit, AddressForm(), CodeForm()))
    if "code" in visit.request.POST:
        answer = take_code(visit)
        return _entry_page(visit, AddressForm(), answer) if isinstance(answer, CodeForm) else answer
    return _send_code(visit)


def _send_code(visit: ApprovalVisit) -> HttpResponse:
    form = AddressForm(visit.request.POST)
    if not form.is_valid():
        return _entry_page(visit, form, CodeForm())
    answer = send_code(visit, form.cleaned_data["address"])
    return answer if isinstance(answer, HttpResponse) else _entry_page(visit, form, CodeForm(), too_many=True)


def _entry_page(visit: ApprovalVisit, approver: AddressForm, code: CodeForm, *, too_many: bool = False) -> HttpResponse:
    wants_another = "another" in visit.request.GET or approver.is_bound
    is_sent = has_open_code(about=visit.about, purpose=Purpose.APPROVAL, browser=visit.browser or "")
    takes_code = code.is_bound or (is_sent and not wants_another)
    return visit.render(
        "approval_entry.html",
        form=code if takes_code else approver,
        takes_code=takes_code,
        too_many=too_many,
        return_url=return_url_of(visit.request, visit.about.partner),
    )


@page("GET", "HEAD", "POST")
def decide(visit: ApprovalVisit) -> HttpResponse:
    """Say who asks and what it would mean, and take the decision."""
    if visit.proof is None or visit.browser is None:
        return redirect(visit.entry_path())
    if visit.request.method == "POST":
        return _decide(visit, visit.browser, visit.request.POST.get("decision", ""))
    if not visit.is_open:
        return _end(visit, visit.proof)
    replaced = visit.about.replaces
    return visit.render(
        "approval_decide.html",
        client=visit.about.client,
        leaving=replaced.partner if replaced else None,
        until=for_people(visit.about.expires_at),
        proof=visit.proof,
    )


@page("GET", "HEAD", "POST")
def leave(visit: ApprovalVisit) -> HttpResponse:
    """End what was proven in this browser, for whoever uses it next; holds nothing of the client."""
    if visit.request.method == "POST":
        return left(visit)
    return redirect(visit.entry_path()) if visit.proof else visit.render("left.html")


def _decide(visit: ApprovalVisit, browser: str, decision: str) -> HttpResponse:
    """Decide; whatever the outcome, the page shows next what is now."""
    match decision:
        case "approve":
            approve_link(request=visit.about, browser=browser, at=database_time())
        case "decline" | "unknown":
            is_unknown = decision == "unknown"
            decline_link(request=visit.about, browser=browser, is_unknown=is_unknown, at=database_time())
    return redirect(f"{visit.entry_path()}/decide")


def _end(visit: ApprovalVisit, proof: Proof) -> HttpResponse:
    """Say what became of the request, and where to go on."""
    status = visit.about.status
    return visit.render(
        "approval_end.html",
        client=visit.about.client,
        status=RequestStatus.EXPIRED if status == RequestStatus.PENDING else RequestStatus(status),
        is_unknown=visit.about.is_unknown_to_client,
        sign_url=_where_to_sign(visit.about) if status == RequestStatus.APPROVED else None,
        return_url=allowed_return_url(proof.return_url, visit.about.partner),
    )


def _where_to_sign(request: LinkRequest) -> str | None:
    """Where the client signs next, if it must, for the link that the request became."""
    links = ReferralPartnerClientLink.objects.active().of(request.partner, request.external_tenant_id)
    link = links.filter(client=request.client_id).select_related("client").first()
    if link is None:
        return None
    status = status_of(link.client, at=timezone.now())
    return None if isinstance(status, Current) else signing_url(link, status)
