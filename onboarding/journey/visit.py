"""A visit to the pages on which a client signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from clients.agreement_status import AgreementStatus
from clients.models import ReferralPartnerClientLink
from clients.models.agreement_facts import status_of
from onboarding.journey.kept_forms import drop_kept_form, keep_form, kept_form
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import STEPS, Step, elsewhere, may_open, next_step
from onboarding.proof.email_codes import Proof
from onboarding.proof.visit import Page, Visit, open_to_all

NAMES = {
    "entry": "E-mail",
    Step.COMPANY: "Company",
    Step.USERS: "People",
    Step.AGREEMENT: "Agreement",
    Step.DONE: "Done",
}


@dataclass(frozen=True)
class JourneyVisit[Proven: Proof | None](Visit[ReferralPartnerClientLink, Proven]):
    """An HTTP request for a link's page."""

    id_in_url = "link_id"

    @classmethod
    def reachable(cls) -> QuerySet[ReferralPartnerClientLink]:
        """Active links only: an archived one answers 404, as if it never existed."""
        return ReferralPartnerClientLink.objects.active().select_related("client", "partner")

    @cached_property
    def status(self) -> AgreementStatus:
        """The status of the agreement; read once per visit."""
        return status_of(self.about.client, at=self.now)

    def path(self, page: str = "entry") -> str:
        """The path of a page for the same link and purpose."""
        return page_path(self.about, self.purpose, page)

    def progress(self, page: str) -> list[dict[str, str]]:
        """The name and state of each step: done, current or to come. The first is proving an address."""
        steps = ["entry", *STEPS[self.purpose]]
        at = steps.index(page)
        return [{"name": NAMES[each], "state": _state(index, at)} for index, each in enumerate(steps)]

    def kept(self: JourneyVisit[Proof], step: Step) -> QueryDict | None:
        """The form kept from this page when there was no proof, if any."""
        return kept_form(link=self.about, browser=self.proof.browser, step=step)

    def saved(self: JourneyVisit[Proof], step: Step, then: Step) -> HttpResponse:
        """Forget the form kept from this page, and redirect to the next."""
        drop_kept_form(link=self.about, browser=self.proof.browser, step=step)
        return redirect(self.path(then))

    def back_to_proof(self, step: Step) -> HttpResponse:
        """Redirect to the entry page, and keep what was posted if this browser has had a proof."""
        if self.request.method == "POST" and self.browser is not None:
            typed = self.request.POST
            keep_form(link=self.about, purpose=self.purpose, browser=self.browser, step=step, typed=typed)
        return redirect(self.path())


type AnyVisit = JourneyVisit[Proof | None]
type ProvenVisit = JourneyVisit[Proof]


def open_to_step(step: Step, *methods: str) -> Callable[[Page], Page]:
    """Open a step's page to visitors with a proof, if the client has got that far; redirect all others."""

    def decorate(view: Page) -> Page:
        @open_to_all(JourneyVisit, *methods)
        @wraps(view)
        def page(visit: AnyVisit) -> HttpResponse:
            if visit.proof is None:
                return visit.back_to_proof(step)
            if (right := elsewhere(visit.status, visit.purpose)) is not None:
                return redirect(page_path(visit.about, right))
            now = next_step(visit.about.client, visit.status, visit.purpose)
            if not may_open(step, purpose=visit.purpose, open_step=now):
                return redirect(visit.path(now))
            return view(visit)

        return page

    return decorate


def _state(index: int, at: int) -> str:
    if index == at:
        return "current"
    return "done" if index < at else "to come"
