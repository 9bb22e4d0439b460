"""What is going on with a client: found by whatever support has at hand, said in plain words. Changes nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateJob

from clients.agreement_status import AgreementStatus, agreement_status
from clients.models import (
    Client,
    LinkConflict,
    LinkRequest,
    ReferralPartnerClientLink,
    RequestStatus,
    Signature,
    normal_address,
)
from onboarding.agreement_pdf import for_people
from onboarding.journey import Step, approval_url, next_step, purpose_for, signing_url
from onboarding.models import EmailCode
from onboarding.tasks import mail_code

NEWEST = 20
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
WAITS_FOR = {
    Step.COMPANY: "for the client to confirm its company's details",
    Step.USERS: "for the client to confirm its users",
    Step.AGREEMENT: "for the client to read and sign the agreement",
}
BECAME = {
    RequestStatus.APPROVED: "The client approved it",
    RequestStatus.DECLINED: "The client declined it",
    RequestStatus.EXPIRED: "It expired",
    RequestStatus.SUPERSEDED: "Another outcome overtook it",
}
MAIL = {"todo": "waits for the worker", "doing": "is being sent", "succeeded": "sent", "failed": "FAILED to be sent"}


@dataclass(frozen=True)
class Part:
    """A link, request, conflict, signature or mail, in a sentence or two."""

    at: datetime
    what: str
    says: str
    url: str = ""
    is_meant: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """All about a client, newest first."""

    client: Client
    parts: list[Part]


def find_clients(typed: str) -> list[Client]:
    """The clients that this can be about: by an id in it, else by address, tenant id or a part of the name."""
    text = " ".join(typed.strip().strip("<>\"'").split())
    if not text:
        return []
    ids = [uuid.UUID(found) for found in UUID.findall(text)]
    if ids:
        wanted = Q(pk__in=ids) | Q(links__in=ids) | Q(link_requests__in=ids) | Q(signatures__in=ids)
    elif "@" in text:
        wanted = Q(addresses=normal_address(text))
    else:
        wanted = Q(links__external_tenant_id=text) | Q(link_requests__external_tenant_id=text) | Q(name__icontains=text)
    return list(Client.objects.filter(wanted).distinct().order_by("name", "pk")[:NEWEST])


def diagnose(client: Client, typed: str, *, at: datetime) -> Diagnosis:
    """Say where everything of the client stands, in as many statements however much there is."""
    meant = {uuid.UUID(found) for found in UUID.findall(typed)}
    parts = [*_links(client, meant, at), *_requests(client, meant), *_conflicts(client)]
    parts += [*_signatures(client, meant), *_mails(client)]
    return Diagnosis(client, sorted(parts, key=lambda part: part.at, reverse=True))


def _links(client: Client, meant: set[uuid.UUID], at: datetime) -> Iterable[Part]:
    links = client.links.select_related("partner", "client").with_agreement_facts(at=at)[:NEWEST]
    for link in links:
        what = f"Link to {link.partner.name} under {link.external_tenant_id}, {link.fee_percentage} %"
        status = agreement_status(link.agreement_facts())
        url = "" if link.archived_at or status is AgreementStatus.CURRENT else signing_url(link, status)
        yield Part(link.created_at, what, _stands(link, status), url, link.pk in meant)


def _stands(link: ReferralPartnerClientLink, status: AgreementStatus) -> str:
    if link.archived_at is not None:
        return f"Archived on {for_people(link.archived_at)}: the partner gets 404, and the URL leads nowhere."
    if status is AgreementStatus.CURRENT:
        return "Ready: the signature is current, and the partner gets 201."
    again = "signed before, and must sign again" if status is AgreementStatus.SIGN_AGAIN else "never signed"
    return f"The client has {again}. It waits {WAITS_FOR[next_step(link, purpose_for(status))]}; the partner gets 202."


def _requests(client: Client, meant: set[uuid.UUID]) -> Iterable[Part]:
    is_open = set(client.link_requests.open().values_list("pk", flat=True))
    for request in client.link_requests.select_related("partner", "lifted_by")[:NEWEST]:
        kind = "Move" if request.replaces_id else "Request"
        what = f"{kind} to {request.partner.name} under {request.external_tenant_id}"
        url = approval_url(request) if request.pk in is_open else ""
        yield Part(request.created_at, what, _became(request, is_open), url, request.pk in meant)


def _became(request: LinkRequest, is_open: set[uuid.UUID]) -> str:
    if request.pk in is_open:
        return f"It waits for an admin of the client to approve or decline, until {for_people(request.expires_at)}."
    if request.status == RequestStatus.PENDING or request.decided_at is None:
        return f"It expired on {for_people(request.expires_at)}."
    says = f"{BECAME[RequestStatus(request.status)]} on {for_people(request.decided_at)}."
    if request.lifted_at is not None:
        return f"{says} It did not know the partner; lifted on {for_people(request.lifted_at)}."
    return f"{says} It does not know the partner, which support can lift." if request.is_unknown_to_client else says


def _conflicts(client: Client) -> Iterable[Part]:
    about = LinkConflict.objects.filter(Q(client=client) | Q(matches__client=client)).distinct()
    for conflict in about.select_related("partner", "decided_by")[:NEWEST]:
        decided = f", by {conflict.decided_by}: {conflict.reason}" if conflict.decided_by else ""
        says = f"{conflict.get_status_display()}{decided}. Asked {conflict.times_asked} times."
        yield Part(conflict.first_asked_at, f"Conflict with {conflict.partner.name}", says)


def _signatures(client: Client, meant: set[uuid.UUID]) -> Iterable[Part]:
    for signature in Signature.objects.filter(client=client).select_related("agreement")[:NEWEST]:
        invalid = f" Invalidated: {signature.invalidated_why}" if signature.invalidated_at else ""
        says = f"Signed by {signature.signer_name} for {signature.company_name}.{invalid}"
        yield Part(signature.signed_at, str(signature.agreement), says, is_meant=signature.pk in meant)


def _mails(client: Client) -> Iterable[Part]:
    codes = list(EmailCode.objects.of_client(client).filter(user__isnull=False).select_related("user")[:NEWEST])
    jobs = ProcrastinateJob.objects.filter(task_name=mail_code.name, args__code_id__in=[str(code.pk) for code in codes])
    sent = {job.args["code_id"]: MAIL.get(job.status, job.status) for job in jobs}
    for code in codes:
        state = sent.get(str(code.pk), "sent, and its job is cleared away")
        yield Part(code.requested_at, f"Code to {code.user}", f"The mail: {state}. The code: {_used(code)}.")


def _used(code: EmailCode) -> str:
    if code.used_at is not None:
        return f"used on {for_people(code.used_at)}"
    tries = f", {code.tries} wrong tries" if code.tries else ""
    return f"{'lapsed' if code.lapsed_at else 'not used'}, good until {for_people(code.expires_at)}{tries}"
