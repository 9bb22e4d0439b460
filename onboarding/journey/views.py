"""Pages for clients: prove an address, check the company's details and users."""

from __future__ import annotations

from functools import partial
from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from clients.models import Client
from edge.client_ip import network_of
from onboarding.journey.confirm_company import (
    AddressesOfOthers,
    AlreadySigned,
    ChangedSince,
    Saved,
    confirm_company,
    details_held,
    digest_of,
)
from onboarding.journey.confirm_users import HandedOver, confirm_users, people_held
from onboarding.journey.forms import (
    BELONGS_TO_ANOTHER,
    USERS,
    CompanyForm,
    UserFormSet,
    users_edited,
    users_of,
)
from onboarding.journey.in_hand import NotProven
from onboarding.journey.kept_forms import drop_kept_form, kept_step
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import Step, elsewhere, may_open, next_step
from onboarding.journey.visit import AnyVisit, JourneyVisit, ProvenVisit, open_to_step
from onboarding.proof.code_page import leave_page, named, return_url_of, send_code, take_code
from onboarding.proof.email_codes import has_open_code, needs_address
from onboarding.proof.forms import AddressForm, CodeForm
from onboarding.proof.visit import open_to_all
from partners.branding import palette
from partners.models import ReferralPartner

DIGEST_LENGTH = 64


@open_to_all(JourneyVisit, "GET", "HEAD", "POST")
def entry(visit: AnyVisit) -> HttpResponse:
    """Mail a code and check the typed one; redirect visitors who have proven an address already."""
    if visit.proof is not None:
        return redirect(_way_on(visit))
    typed, show = visit.request.POST, partial(_code_page, visit)
    if visit.request.method != "POST":
        return named(visit, show(CodeForm()))
    if "send" in typed:
        return send_code(visit, AddressForm(typed) if "address" in typed else None, show)
    return take_code(visit, show)


def _way_on(visit: AnyVisit) -> str:
    """The path of the page with a kept form, if that may be opened, else of the open step."""
    if (right := elsewhere(visit.status, visit.purpose)) is not None:
        return page_path(visit.about, right)
    now = next_step(visit.about.client, visit.status, visit.purpose)
    kept = kept_step(link=visit.about, browser=visit.browser or "")
    step = kept if kept and may_open(kept, purpose=visit.purpose, open_step=now) else now
    return visit.path(step)


def _code_page(visit: AnyVisit, form: CodeForm | AddressForm, *, too_many: bool = False) -> HttpResponse:
    browser = visit.browser or ""
    is_sent = has_open_code(about=visit.about, purpose=visit.purpose, browser=browser)
    needed = needs_address(about=visit.about, network=network_of(visit.request))
    wants_address = isinstance(form, AddressForm) or (needed and (not is_sent or "another" in visit.request.GET))
    return visit.render(
        "code.html",
        form=AddressForm() if wants_address and isinstance(form, CodeForm) else form,
        wants_address=wants_address,
        needs_address=needed,
        is_sent=is_sent,
        too_many=too_many,
        has_kept=kept_step(link=visit.about, browser=browser) is not None,
        return_url=return_url_of(visit.request, visit.about.partner),
    )


leave = open_to_all(JourneyVisit, "GET", "HEAD", "POST")(leave_page)


@open_to_step(Step.COMPANY, "GET", "HEAD", "POST")
def company(visit: ProvenVisit) -> HttpResponse:
    """Show the company's details for checking, and save them."""
    if visit.request.method != "POST":
        if (kept := visit.kept(Step.COMPANY)) is not None:
            return _company_page(visit, CompanyForm(kept), shown=_shown(kept), is_kept=True)
        return _company_page(visit, CompanyForm.of(visit.about.client))
    form, shown = CompanyForm(visit.request.POST), _shown(visit.request.POST)
    if not form.is_valid():
        return _company_page(visit, form, shown=shown)
    return _confirm_company(visit, form, shown)


def _confirm_company(visit: ProvenVisit, form: CompanyForm, shown: str) -> HttpResponse:
    outcome = confirm_company(
        link=visit.about,
        purpose=visit.purpose,
        browser=visit.proof.browser,
        company=form.company(),
        shown=shown,
        at=visit.now,
    )
    match outcome:
        case Saved():
            return visit.saved(Step.COMPANY, Step.USERS)
        case AlreadySigned():
            return redirect(visit.path(Step.DONE))
        case ChangedSince():
            return _company_page(visit, form, is_changed=True)
        case AddressesOfOthers():
            form.add_error("support_email", BELONGS_TO_ANOTHER)
            return _company_page(visit, form, shown=shown)
        case NotProven():
            return visit.back_to_proof(Step.COMPANY)
        case _:
            assert_never(outcome)


def _company_page(
    visit: ProvenVisit, form: CompanyForm, *, shown: str | None = None, is_kept: bool = False, is_changed: bool = False
) -> HttpResponse:
    """Show the form, and stored values beside it if they changed. Carries their digest, or `shown` as it was sent."""
    held = details_held(Client.objects.get(pk=visit.about.client_id))
    return visit.render(
        "company.html",
        page=Step.COMPANY,
        form=form,
        fields=form.beside(held) if is_changed else [(field, "") for field in form],
        shown=digest_of(held) if shown is None else shown,
        is_kept=is_kept,
        is_changed=is_changed,
    )


@open_to_step(Step.USERS, "GET", "HEAD", "POST")
def users(visit: ProvenVisit) -> HttpResponse:
    """Show the users for checking, and save them and who signs."""
    typed, acting = visit.request.POST, visit.proof.user
    if visit.request.method != "POST":
        if (kept := visit.kept(Step.USERS)) is not None:
            return _users_page(visit, USERS(kept, acting=acting), shown=_shown(kept), is_kept=True)
        return _users_page(visit, users_of([*visit.about.client.users.all()], acting=acting))
    shown, edited = _shown(typed), users_edited(typed, acting=acting)
    if edited is not None:
        return _users_page(visit, edited, shown=shown)
    formset = USERS(typed, acting=acting)
    if not formset.is_valid():
        return _users_page(visit, formset, shown=shown)
    return _confirm_users(visit, formset, shown)


def _confirm_users(visit: ProvenVisit, formset: UserFormSet, shown: str) -> HttpResponse:
    outcome = confirm_users(
        link=visit.about,
        purpose=visit.purpose,
        browser=visit.proof.browser,
        users=formset.users(),
        shown=shown,
        at=visit.now,
    )
    match outcome:
        case Saved():
            return visit.saved(Step.USERS, Step.AGREEMENT)
        case HandedOver():
            drop_kept_form(link=visit.about, browser=visit.proof.browser, step=Step.USERS)
            return redirect(visit.path("handed-over"))
        case AlreadySigned():
            return redirect(visit.path(Step.DONE))
        case ChangedSince():
            return _users_page(visit, formset, is_changed=True)
        case AddressesOfOthers(addresses):
            formset.refuse(addresses)
            return _users_page(visit, formset, shown=shown)
        case NotProven():
            return visit.back_to_proof(Step.USERS)
        case _:
            assert_never(outcome)


def _users_page(
    visit: ProvenVisit,
    formset: UserFormSet,
    *,
    shown: str | None = None,
    is_kept: bool = False,
    is_changed: bool = False,
) -> HttpResponse:
    """Show the form, and stored users above it if they changed. Carries their digest, or `shown` as it was sent."""
    held = people_held(visit.about.client)
    return visit.render(
        "users.html",
        page=Step.USERS,
        formset=formset,
        changed_to=held if is_changed else [],
        shown=digest_of(held) if shown is None else shown,
        is_kept=is_kept,
        acting=visit.proof.user,
    )


@open_to_all(JourneyVisit, "GET", "HEAD")
def handed_over(visit: AnyVisit) -> HttpResponse:
    """Tell the visitor what to pass on to the user who signs; shows nothing about the client."""
    return visit.render("handed_over.html", url=settings.ONBOARDING_BASE_URL + visit.path())


def _shown(typed: QueryDict) -> str:
    """The digest that the page carried of what it showed."""
    return typed.get("shown", "")[:DIGEST_LENGTH]


@login_not_required
@cache_control(public=True, max_age=300)
@require_safe
def brand_style(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """The partner's colours and font as a stylesheet, since the pages' CSP allows no inline styles."""
    partner = get_object_or_404(ReferralPartner, pk=partner_id)
    colours = palette(background=partner.background_colour, font=partner.font_colour)
    facts = {"colours": colours, "font_family": partner.font_family}
    return render(request, "onboarding/brand.css", facts, content_type="text/css")


@login_not_required
@never_cache
@require_safe
def without_its_end(request: HttpRequest, link: str) -> HttpResponse:
    """Redirect a link copied with a full stop, bracket or slash at its end; the page may not exist."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"/{link}?{query}" if query else f"/{link}", permanent=True)
