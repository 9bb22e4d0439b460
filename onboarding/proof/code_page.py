"""Shared by the pages on which visitors prove an address and end their proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from edge.client_ip import network_of
from onboarding.proof.browser import forget_browser, name_browser, new_browser
from onboarding.proof.email_codes import (
    AddressNeeded,
    CodeSent,
    NoOpenCode,
    Proof,
    ProvenByAnother,
    TooManyCodes,
    WrongCode,
    confirm_code,
    request_code,
)
from onboarding.proof.end_proof import end_proof
from onboarding.proof.forms import AddressForm, CodeForm
from onboarding.proof.return_url import allowed_return_url
from onboarding.proof.visit import Visit
from partners.models import ReferralPartner

CODE_EXPIRED = "This code cannot be used any more. Ask for a new one below."
PROVEN_BY_ANOTHER = "The code is right, but this address cannot be used here. Please write to {contact}."

# Takes a form, bound or not, and `too_many`: whether too many codes were asked for.
type Show = Callable[..., HttpResponse]


def named(visit: Visit[Any, Any], response: HttpResponse) -> HttpResponse:
    """Name the browser before it asks for a code, so that a double click comes from one browser, not from two."""
    if visit.browser is None:
        name_browser(response, new_browser())
    return response


def send_code(visit: Visit[Any, Any], to: AddressForm | None, show: Show) -> HttpResponse:
    """Mail a code and redirect to the page that takes it, or `show` the page with what is wrong."""
    if to is not None and not to.is_valid():
        return show(to)
    browser = visit.browser or new_browser()
    outcome = request_code(
        about=visit.about,
        purpose=visit.purpose,
        browser=browser,
        network=network_of(visit.request),
        address=None if to is None else to.cleaned_data["address"],
        return_url=return_url_of(visit.request, visit.about.partner),
    )
    match outcome:
        case CodeSent():
            return _back(visit, browser)
        case AddressNeeded():
            return show(AddressForm())
        case TooManyCodes():
            return show(to or CodeForm(), too_many=True)


def take_code(visit: Visit[Any, Any], show: Show) -> HttpResponse:
    """Redirect if the typed code is right, or `show` the page with what is wrong."""
    form = CodeForm(visit.request.POST)
    if not form.is_valid():
        return show(form)
    typed, renamed = form.cleaned_data["code"], new_browser()
    outcome = confirm_code(
        about=visit.about, purpose=visit.purpose, browser=visit.browser or "", typed=typed, renamed=renamed
    )
    if isinstance(outcome, Proof):
        return _back(visit, outcome.browser)
    form.add_error("code", _in_words(outcome))
    return show(form)


def _in_words(outcome: WrongCode | NoOpenCode | ProvenByAnother) -> str:
    match outcome:
        case ProvenByAnother():
            return PROVEN_BY_ANOTHER.format(contact=settings.SUPPORT_CONTACT)
        case WrongCode(tries_left=0):
            return "That was not the code, for the fifth time. Ask for a new one below."
        case WrongCode(tries_left):
            left = "one more try" if tries_left == 1 else f"{tries_left} more tries"
            return f"That is not the code. You have {left}."
        case NoOpenCode():
            return CODE_EXPIRED


def _back(visit: Visit[Any, Any], browser: str) -> HttpResponse:
    response = redirect(visit.path())
    name_browser(response, browser)
    return response


def leave_page(visit: Visit[Any, Any]) -> HttpResponse:
    """End this browser's proofs, since others may use it too, and say so. The page shows nothing about the client."""
    if visit.request.method != "POST":
        return redirect(visit.path()) if visit.proof else visit.render("left.html")
    if visit.browser is not None:
        end_proof(browser=visit.browser)
    response = redirect(visit.path("leave"))
    forget_browser(response)
    return response


def return_url_of(request: HttpRequest, partner: ReferralPartner) -> str:
    """The `returnUrl` parameter, in any letter case, or the form's; empty if not on one of the partner's hosts."""
    given = (request.GET.get(name, "") for name in request.GET if name.lower() == "returnurl")
    return allowed_return_url(next(given, "") or request.POST.get("return_url", ""), partner)
