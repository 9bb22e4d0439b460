"""Pages for clients: prove an address, check company and people."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
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
    COLLEAGUES,
    ColleagueFormSet,
    CompanyForm,
    colleagues_edited,
    colleagues_of,
)
from onboarding.journey.in_hand import NotProven
from onboarding.journey.kept_forms import drop_kept_form, kept_step
from onboarding.journey.steps import Step, elsewhere, may_open, next_step, page_path
from onboarding.journey.visit import ProvenVisit, Visit, back_to_proof, open_to_all, open_to_proven
from onboarding.proof.code_page import left, named, return_url_of, send_code, take_code
from onboarding.proof.email_codes import AddressNeeded, TooManyCodes, has_open_code, needs_address
from onboarding.proof.forms import AddressForm, CodeForm
from partners.branding import palette
from partners.models import ReferralPartner

DIGEST_LENGTH = 64


# --- Prove an address -------------------------------------------------------------------------------


@open_to_all("GET", "HEAD", "POST")
def entry(visit: Visit) -> HttpResponse:
    """Mail a code and take it; lead on who has proven an address already."""
    if visit.proof is not None:
        return redirect(_way_on(visit))
    if visit.request.method != "POST":
        return named(visit, _code_page(visit, CodeForm()))
    if "send" in visit.request.POST:
        return _send_code(visit)
    answer = take_code(visit)
    return _code_page(visit, answer) if isinstance(answer, CodeForm) else answer


def _way_on(visit: Visit) -> str:
    """To what was typed and not saved, if its page may be opened; else to the step that is open."""
    if (right := elsewhere(visit.status, visit.purpose)) is not None:
        return page_path(visit.link, right)
    now = next_step(visit.link.client, visit.status, visit.purpose)
    kept = kept_step(link=visit.link, browser=visit.browser or "")
    step = kept if kept and may_open(kept, purpose=visit.purpose, open_step=now) else now
    return visit.path(step)


def _send_code(visit: Visit) -> HttpResponse:
    """Mail a code; the address that it shall go to is typed where too many have proved nothing."""
    form = AddressForm(visit.request.POST) if "address" in visit.request.POST else None
    if form is not None and not form.is_valid():
        return _code_page(visit, form)
    answer = send_code(visit, None if form is None else form.cleaned_data["address"])
    match answer:
        case AddressNeeded():
            return _code_page(visit, AddressForm())
        case TooManyCodes():
            return _code_page(visit, form or CodeForm(), too_many=True)
        case _:
            return answer


def _code_page(visit: Visit, form: CodeForm | AddressForm, *, too_many: bool = False) -> HttpResponse:
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
        has_kept=kept_step(link=visit.link, browser=browser) is not None,
        return_url=return_url_of(visit.request, visit.link.partner),
    )


@open_to_all("GET", "HEAD", "POST")
def leave(visit: Visit) -> HttpResponse:
    """End what was proven in this browser, for whoever uses it next; holds nothing of the client."""
    if visit.request.method == "POST":
        return left(visit)
    return redirect(visit.path()) if visit.proof else visit.render("left.html")


# --- The company ------------------------------------------------------------------------------------


@open_to_proven(Step.COMPANY, "GET", "HEAD", "POST")
def company(visit: ProvenVisit) -> HttpResponse:
    """Check the company's details."""
    if visit.request.method != "POST":
        if (kept := visit.kept(Step.COMPANY)) is not None:
            return _company_page(visit, CompanyForm(kept), shown=_shown(kept), is_kept=True)
        return _company_page(visit, CompanyForm.of(visit.link.client))
    form, shown = CompanyForm(visit.request.POST), _shown(visit.request.POST)
    if not form.is_valid():
        return _company_page(visit, form, shown=shown)
    return _confirm_company(visit, form, shown)


def _confirm_company(visit: ProvenVisit, form: CompanyForm, shown: str) -> HttpResponse:
    outcome = confirm_company(
        link=visit.link,
        purpose=visit.purpose,
        browser=visit.browser,
        company=form.company(),
        shown=shown,
        at=timezone.now(),
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
            return back_to_proof(visit, Step.COMPANY)
        case _:
            assert_never(outcome)


def _company_page(
    visit: ProvenVisit, form: CompanyForm, *, shown: str | None = None, is_kept: bool = False, is_changed: bool = False
) -> HttpResponse:
    """Show the form, with what is held beside it if that has changed; it carries what it shows, or `shown` again."""
    held = details_held(Client.objects.get(pk=visit.link.client_id))
    return visit.render(
        "company.html",
        step=Step.COMPANY,
        form=form,
        fields=form.beside(held) if is_changed else [(field, "") for field in form],
        shown=digest_of(held) if shown is None else shown,
        is_kept=is_kept,
        is_changed=is_changed,
    )


# --- The people -------------------------------------------------------------------------------------


@open_to_proven(Step.USERS, "GET", "HEAD", "POST")
def users(visit: ProvenVisit) -> HttpResponse:
    """Check who works there, and say who signs."""
    typed, acting = visit.request.POST, visit.proof.user
    if visit.request.method != "POST":
        if (kept := visit.kept(Step.USERS)) is not None:
            return _users_page(visit, COLLEAGUES(kept, acting=acting), shown=_shown(kept), is_kept=True)
        return _users_page(visit, colleagues_of([*visit.link.client.users.all()], acting=acting))
    shown, edited = _shown(typed), colleagues_edited(typed, acting=acting)
    if edited is not None:
        return _users_page(visit, edited, shown=shown)
    formset = COLLEAGUES(typed, acting=acting)
    if not formset.is_valid():
        return _users_page(visit, formset, shown=shown)
    return _confirm_users(visit, formset, shown)


def _confirm_users(visit: ProvenVisit, formset: ColleagueFormSet, shown: str) -> HttpResponse:
    outcome = confirm_users(
        link=visit.link,
        purpose=visit.purpose,
        browser=visit.browser,
        colleagues=formset.colleagues(),
        shown=shown,
        at=timezone.now(),
    )
    match outcome:
        case Saved():
            return visit.saved(Step.USERS, Step.AGREEMENT)
        case HandedOver():
            drop_kept_form(link=visit.link, browser=visit.browser, step=Step.USERS)
            return redirect(f"{visit.path()}/handed-over")
        case AlreadySigned():
            return redirect(visit.path(Step.DONE))
        case ChangedSince():
            return _users_page(visit, formset, is_changed=True)
        case AddressesOfOthers(addresses):
            formset.refuse(addresses)
            return _users_page(visit, formset, shown=shown)
        case NotProven():
            return back_to_proof(visit, Step.USERS)
        case _:
            assert_never(outcome)


def _users_page(
    visit: ProvenVisit,
    formset: ColleagueFormSet,
    *,
    shown: str | None = None,
    is_kept: bool = False,
    is_changed: bool = False,
) -> HttpResponse:
    """Show the form, with who is held above it if that has changed; it carries what it shows, or `shown` again."""
    held = people_held(visit.link.client)
    return visit.render(
        "users.html",
        step=Step.USERS,
        formset=formset,
        changed_to=held if is_changed else [],
        shown=digest_of(held) if shown is None else shown,
        is_kept=is_kept,
        acting=visit.proof.user,
    )


@open_to_all("GET", "HEAD")
def handed_over(visit: Visit) -> HttpResponse:
    """Say how somebody else at the company goes on; holds nothing of the client."""
    return visit.render("handed_over.html", url=settings.ONBOARDING_BASE_URL + visit.path())


# --- What the steps share ---------------------------------------------------------------------------


def _shown(typed: QueryDict) -> str:
    """What the page carried of what it showed."""
    return typed.get("shown", "")[:DIGEST_LENGTH]


# --- The partner's brand ----------------------------------------------------------------------------


@login_not_required
@cache_control(public=True, max_age=300)
@require_safe
def brand_style(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """The partner's colours and font as a stylesheet: the pages' policy allows no style inside them."""
    partner = get_object_or_404(ReferralPartner, pk=partner_id)
    colours = palette(background=partner.background_colour, font=partner.font_colour)
    facts = {"colours": colours, "font_family": partner.font_family}
    return render(request, "onboarding/brand.css", facts, content_type="text/css")


# --- Links as they are copied -----------------------------------------------------------------------


@login_not_required
@never_cache
@require_safe
def without_its_end(request: HttpRequest, link: str) -> HttpResponse:
    """Lead on where a full stop, a bracket or a slash came along with a link, whether there is such a page or not."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"/{link}?{query}" if query else f"/{link}", permanent=True)
