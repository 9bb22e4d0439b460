"""Pages on which a client reads and signs the agreement, and downloads what it signed."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header

from clients.models import Agreement, Client, Signature, SignedDocument
from clients.models.agreement_facts import status_of
from edge.client_ip import client_ip
from edge.clock import database_time, for_people
from edge.kinds_of_text import length_of
from onboarding.journey.in_hand import NotProven
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import Step, may_sign
from onboarding.journey.visit import JourneyVisit, ProvenVisit, open_to_step
from onboarding.models import Purpose
from onboarding.proof.return_url import allowed_return_url
from onboarding.proof.visit import open_to_proven
from onboarding.signing.agreement_page import agreement_page
from onboarding.signing.forms import LONGEST_NAME, LONGEST_TOLD, SignForm
from onboarding.signing.letters import in_print
from onboarding.signing.sign_again import asked_to_sign_again
from onboarding.signing.sign_agreement import (
    DetailsChanged,
    NewVersionShown,
    NotInPrint,
    Signed,
    SignedAs,
    StepsOpen,
    sign_agreement,
    what_is_shown,
)

LONGEST_USER_AGENT = length_of(Signature, "user_agent")


@open_to_step(Step.AGREEMENT, "GET", "HEAD", "POST")
def agreement(visit: ProvenVisit) -> HttpResponse:
    """Show the agreement and sign it."""
    if visit.request.method != "POST":
        kept = visit.kept(Step.AGREEMENT)
        return _agreement_page(visit, full_name=kept.get("full_name", "") if kept else "", is_kept=bool(kept))
    form = SignForm(visit.request.POST)
    return _sign(visit, form) if form.is_valid() else _agreement_page(visit, form=form)


def _sign(visit: ProvenVisit, form: SignForm) -> HttpResponse:
    signed_as = SignedAs(
        name=form.cleaned_data["full_name"],
        ip_address=client_ip(visit.request),
        user_agent=_user_agent(visit.request),
        told=form.cleaned_data["told"],
    )
    outcome = sign_agreement(
        link=visit.about,
        purpose=visit.purpose,
        browser=visit.proof.browser,
        shown=form.shown(),
        signed_as=signed_as,
        at=database_time(),
    )
    match outcome:
        case Signed():
            return visit.saved(Step.AGREEMENT, Step.DONE)
        case NewVersionShown() | DetailsChanged() | NotInPrint():
            return _agreement_page(visit, full_name=signed_as.name, refusal=outcome)
        case StepsOpen():
            return redirect(visit.path())
        case NotProven():
            return visit.back_to_proof(Step.AGREEMENT)
        case _:
            assert_never(outcome)


def _agreement_page(
    visit: ProvenVisit,
    *,
    form: SignForm | None = None,
    full_name: str = "",
    refusal: NewVersionShown | DetailsChanged | NotInPrint | None = None,
    is_kept: bool = False,
) -> HttpResponse:
    """Show client and agreement as they are now, after a refusal too; the form carries what is shown."""
    client = Client.objects.get(pk=visit.about.client_id)
    current = Agreement.objects.published().latest("number")
    shown = what_is_shown(client, current)
    typed = form.data if form is not None else {}
    told = refusal.letters if isinstance(refusal, NotInPrint) else typed.get("told", "")[:LONGEST_TOLD]
    name = full_name or typed.get("full_name", "")
    printed = in_print(name[:LONGEST_NAME])
    carried = {"version": shown.version, "details": shown.details_digest, "told": told}
    if form is None:
        form = SignForm(initial={**carried, "full_name": full_name})
    facts = {
        "form": form,
        "carried": carried,
        "signer": visit.proof,
        "is_new_version": isinstance(refusal, NewVersionShown),
        "is_new_company": isinstance(refusal, DetailsChanged),
        "name_in_print": printed if told and printed != name else "",
        "is_kept": is_kept,
    }
    asked = None
    if visit.purpose is Purpose.UPGRADE:
        # Later than visit.now: a version that was published meanwhile may be the reason for the refusal.
        asked = asked_to_sign_again(client, status_of(client, at=timezone.now()), current)
    return visit.render("agreement.html", page=Step.AGREEMENT, **facts, **agreement_page(client, current, asked))


@open_to_step(Step.DONE, "GET", "HEAD")
def done(visit: ProvenVisit) -> HttpResponse:
    """Show what was signed, with the way back to the partner."""
    signatures = visit.about.client.signatures.select_related("agreement").order_by("-signed_at")
    return visit.render(
        "done.html",
        page=Step.DONE,
        client=visit.about.client,
        signatures=[{"row": each, "at": for_people(each.signed_at)} for each in signatures],
        announced=visit.status if may_sign(visit.status) else None,
        early_url=page_path(visit.about, Purpose.UPGRADE),
        return_url=allowed_return_url(visit.proof.return_url, visit.about.partner),
    )


@open_to_proven(JourneyVisit, "GET", "HEAD")
def document(visit: ProvenVisit, signature_id: UUID) -> HttpResponse:
    """Download the PDF of one of the client's signatures."""
    documents = SignedDocument.objects.filter(signature__client=visit.about.client_id)
    signed = get_object_or_404(documents.select_related("signature__agreement"), pk=signature_id)
    name = f"Debitura agreement, version {signed.signature.agreement.number}.pdf"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}
    return HttpResponse(bytes(signed.pdf), content_type="application/pdf", headers=headers)


def _user_agent(request: HttpRequest) -> str:
    """The User-Agent header, cut to its column, with what cannot be printed replaced by question marks."""
    named = request.headers.get("User-Agent", "")[:LONGEST_USER_AGENT]
    return "".join(character if character.isprintable() else "?" for character in named)
