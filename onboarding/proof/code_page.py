"""What the pages share on which a visitor types a code."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from edge.client_ip import network_of
from onboarding.models import Purpose, Subject
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
from onboarding.proof.forms import CodeForm
from onboarding.proof.return_url import allowed_return_url
from partners.models import ReferralPartner

CODE_EXPIRED = "This code cannot be used any more. Ask for a new one below."
PROVEN_BY_ANOTHER = "The code is right, but this address cannot be used here. Please write to {contact}."


class Provable(Protocol):
    """A visit during which an address can be proven."""

    @property
    def request(self) -> HttpRequest:
        """The request."""

    @property
    def browser(self) -> str | None:
        """The browser's name, if it has one."""

    @property
    def purpose(self) -> Purpose:
        """What the proof would be good for."""

    @property
    def about(self) -> Subject:
        """The link or the request."""

    def entry_path(self) -> str:
        """Where the page is on which the code is typed."""

    def leave_path(self) -> str:
        """Where one says that one is done."""


def send_code(visit: Provable, address: str | None) -> HttpResponse | AddressNeeded | TooManyCodes:
    """Mail a code, and lead back to the page that takes it; else say what stands in the way."""
    browser = visit.browser or new_browser()
    outcome = request_code(
        about=visit.about,
        purpose=visit.purpose,
        browser=browser,
        network=network_of(visit.request),
        address=address,
        return_url=return_url_of(visit.request, visit.about.partner),
    )
    match outcome:
        case CodeSent():
            response = redirect(visit.entry_path())
            name_browser(response, browser)
            return response
        case AddressNeeded() | TooManyCodes():
            return outcome


def named(visit: Provable, response: HttpResponse) -> HttpResponse:
    """Give the browser its name before it asks: two clicks on one button then ask as one."""
    if visit.browser is None:
        name_browser(response, new_browser())
    return response


def take_code(visit: Provable) -> HttpResponse | CodeForm:
    """Lead on if it is the code; else the form that says what is wrong."""
    form = CodeForm(visit.request.POST)
    if not form.is_valid():
        return form
    renamed = new_browser()
    typed = form.cleaned_data["code"]
    match confirm_code(
        about=visit.about, purpose=visit.purpose, browser=visit.browser or "", typed=typed, renamed=renamed
    ):
        case Proof(browser=browser):
            response = redirect(visit.entry_path())
            name_browser(response, browser)
            return response
        case ProvenByAnother():
            form.add_error("code", PROVEN_BY_ANOTHER.format(contact=settings.SUPPORT_CONTACT))
        case WrongCode(tries_left=0):
            form.add_error("code", "That was not the code, for the fifth time. Ask for a new one below.")
        case WrongCode(tries_left):
            left = "one more try" if tries_left == 1 else f"{tries_left} more tries"
            form.add_error("code", f"That is not the code. You have {left}.")
        case NoOpenCode():
            form.add_error("code", CODE_EXPIRED)
    return form


def left(visit: Provable) -> HttpResponse:
    """End what this browser has proven and take its name away, then say so."""
    if visit.browser is not None:
        end_proof(browser=visit.browser)
    response = redirect(visit.leave_path())
    forget_browser(response)
    return response


def return_url_of(request: HttpRequest, partner: ReferralPartner) -> str:
    """Read where the visitor wants to go back to, the name in any letter case; a foreign host is nothing."""
    given = (request.GET.get(name, "") for name in request.GET if name.lower() == "returnurl")
    return allowed_return_url(next(given, "") or request.POST.get("return_url", ""), partner)
