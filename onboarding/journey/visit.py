"""A visit: somebody has the URL of a link. Who that is shows only once an address is proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clients.agreement_status import AgreementStatus
from clients.models import ReferralPartnerClientLink
from clients.models.agreement_facts import status_of
from onboarding.journey.kept_forms import drop_kept_form, keep_form, kept_form
from onboarding.journey.steps import STEPS, Step, elsewhere, may_open, next_step, page_path
from onboarding.models import Purpose
from onboarding.proof.browser import browser_of
from onboarding.proof.email_codes import Proof, standing_proof

STEP_NAMES = {
    Step.COMPANY: "Company",
    Step.USERS: "People",
    Step.AGREEMENT: "Agreement",
    Step.DONE: "Done",
}


@dataclass(frozen=True)
class Visit:
    """A request for a page of a link, from a browser that may have no name and no proof yet."""

    request: HttpRequest
    link: ReferralPartnerClientLink
    status: AgreementStatus
    purpose: Purpose
    browser: str | None
    proof: Proof | None

    @property
    def about(self) -> ReferralPartnerClientLink:
        """What a proof would be for."""
        return self.link

    def path(self, step: Step | None = None) -> str:
        """Where a page of this visit is."""
        return page_path(self.link, self.purpose, step)

    def entry_path(self) -> str:
        """Where the page is on which an address is proven."""
        return self.path()

    def leave_path(self) -> str:
        """Where one says that one is done."""
        return f"{self.path()}/leave"

    def render(self, template: str, *, step: Step | None = None, **facts: object) -> HttpResponse:
        """Show a page under the partner's brand, with the progress so far; without a step, the proof of an address."""
        context = {
            "partner": self.link.partner,
            "path": self.path(step),
            "entry_path": self.path(),
            "leave_path": self.leave_path() if self.proof else None,
            "progress": _progress(self.purpose, step),
            "support_contact": settings.SUPPORT_CONTACT,
            **facts,
        }
        return render(self.request, f"onboarding/{template}", context)


@dataclass(frozen=True)
class ProvenVisit(Visit):
    """The same by a creditor admin of the client, whose address is proven."""

    browser: str
    proof: Proof

    def kept(self, step: Step) -> QueryDict | None:
        """What was typed on this page while there was no proof."""
        return kept_form(link=self.link, browser=self.browser, step=step)

    def saved(self, step: Step, then: Step) -> HttpResponse:
        """Lead on, and forget what was kept of this page."""
        drop_kept_form(link=self.link, browser=self.browser, step=step)
        return redirect(self.path(then))


type Page = Callable[..., HttpResponse]


def open_to_all(*methods: str) -> Callable[[Page], Page]:
    """Open a page to whoever has the URL; it may show nothing of the client."""

    def decorate(view: Page) -> Page:
        @login_not_required
        @never_cache
        @require_http_methods([*methods])
        @wraps(view)
        def page(request: HttpRequest, link_id: UUID, purpose: Purpose, **ids: UUID) -> HttpResponse:
            return view(_visit(request, link_id, purpose), **ids)

        return page

    return decorate


def open_to_proven(step: Step | None, *methods: str) -> Callable[[Page], Page]:
    """Open a page to those who have proven an address; that of a step, if the client has come so far."""

    def decorate(view: Page) -> Page:
        @open_to_all(*methods)
        @wraps(view)
        def page(visit: Visit, **ids: UUID) -> HttpResponse:
            if visit.proof is None or visit.browser is None:
                return back_to_proof(visit, step)
            if step is not None and (right := elsewhere(visit.status, visit.purpose)) is not None:
                return redirect(page_path(visit.link, right))
            now = next_step(visit.link.client, visit.status, visit.purpose)
            if step is not None and not may_open(step, purpose=visit.purpose, open_step=now):
                return redirect(visit.path(now))
            facts = (visit.request, visit.link, visit.status, visit.purpose, visit.browser, visit.proof)
            return view(ProvenVisit(*facts), **ids)

        return page

    return decorate


def back_to_proof(visit: Visit, step: Step | None) -> HttpResponse:
    """Ask for a code first, and keep what was typed meanwhile by somebody who had a proof once."""
    if visit.request.method == "POST" and visit.browser is not None and step is not None:
        keep_form(link=visit.link, purpose=visit.purpose, browser=visit.browser, step=step, typed=visit.request.POST)
    return redirect(visit.path())


def _visit(request: HttpRequest, link_id: UUID, purpose: Purpose) -> Visit:
    """Find the link. One that was archived or never made looks like one of somebody else: there is nothing there."""
    links = ReferralPartnerClientLink.objects.active().select_related("client", "partner")
    link = links.filter(pk=link_id).first()
    if link is None:
        raise Http404
    status = status_of(link.client, at=timezone.now())
    browser = browser_of(request)
    proof = standing_proof(about=link, purpose=purpose, browser=browser) if browser else None
    return Visit(request, link, status, purpose, browser, proof)


def _progress(purpose: Purpose, step: Step | None) -> list[dict[str, str]]:
    """Say of each step whether it is done, current or to come; proving an address is the first."""
    steps: list[Step | None] = [None, *STEPS[purpose]]
    at = steps.index(step)
    return [
        {"name": STEP_NAMES[each] if each else "E-mail", "state": _state(index, at)} for index, each in enumerate(steps)
    ]


def _state(index: int, at: int) -> str:
    if index == at:
        return "current"
    return "done" if index < at else "to come"
