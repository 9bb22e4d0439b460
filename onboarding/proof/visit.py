"""A visit by somebody with the URL of a link or link request; who it is, is known only once an address is proven."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from onboarding.models import Purpose, Subject
from onboarding.proof.browser import browser_of
from onboarding.proof.email_codes import Proof, standing_proof


@dataclass(frozen=True)
class Visit[About: Subject, Proven: Proof | None](ABC):
    """
    An HTTP request for a page about a link or a link request, from a browser that may have no name yet.

    `Proven` is `Proof` on pages that need a proof, and `Proof | None` on those that are open to all.
    """

    id_in_url: ClassVar[str]

    request: HttpRequest
    about: About
    purpose: Purpose
    browser: str | None
    proof: Proven

    @classmethod
    @abstractmethod
    def reachable(cls) -> QuerySet[About]:
        """The rows that have pages; all others answer 404."""

    @abstractmethod
    def path(self, page: str = "entry") -> str:
        """The path of a page about the same row, by the name of its URL. An address is proven on the entry page."""

    @cached_property
    def now(self) -> datetime:
        """The moment of the request, one for all that is asked and kept. Deadlines have the database's time."""
        return timezone.now()

    def progress(self, page: str) -> list[dict[str, str]]:
        """The steps and their states, as seen from this page; empty where there is only one page."""
        return []

    def render(self, template: str, *, page: str = "entry", **facts: object) -> HttpResponse:
        """Render a template in the partner's brand; its forms post to `page`."""
        context = {
            "partner": self.about.partner,
            "about": self.about,
            "path": self.path(page),
            "entry_path": self.path(),
            "leave_path": self.path("leave") if self.proof else None,
            "progress": self.progress(page),
            "support_contact": settings.SUPPORT_CONTACT,
            **facts,
        }
        return render(self.request, f"onboarding/{template}", context)


type Page = Callable[..., HttpResponse]


def open_to_all(kind: type[Visit[Any, Any]], *methods: str) -> Callable[[Page], Page]:
    """Open a page to whoever has the URL. Without a proof it may show only the partner's name and brand."""

    def decorate(view: Page) -> Page:
        @login_not_required
        @never_cache
        @require_http_methods([*methods])
        @wraps(view)
        def page(request: HttpRequest, purpose: Purpose, **ids: UUID) -> HttpResponse:
            about = get_object_or_404(kind.reachable(), pk=ids.pop(kind.id_in_url))
            browser = browser_of(request)
            proof = standing_proof(about=about, purpose=purpose, browser=browser) if browser else None
            return view(kind(request, about, purpose, browser, proof), **ids)

        return page

    return decorate


def open_to_proven(kind: type[Visit[Any, Any]], *methods: str) -> Callable[[Page], Page]:
    """Open a page to visitors with a proof, and redirect all others to the entry page."""

    def decorate(view: Page) -> Page:
        @open_to_all(kind, *methods)
        @wraps(view)
        def page(visit: Visit[Any, Any], **ids: UUID) -> HttpResponse:
            return redirect(visit.path()) if visit.proof is None else view(visit, **ids)

        return page

    return decorate
