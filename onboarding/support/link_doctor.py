"""Diagnose a client: find it by whatever support has at hand, and explain its state in words. Changes nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.db.models import Case, CharField, Exists, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from cases.case_stats import CaseStats, case_stats
from clients.agreement_status import IN_WORDS, AgreementStatus, Current, NeverSigned, SignAgain
from clients.models import (
    Client,
    EmailAddress,
    LinkConflict,
    LinkConflictMatch,
    LinkRequest,
    ReferralPartnerClientLink,
    RequestStatus,
    Signature,
    User,
)
from clients.models.agreement_facts import status_of
from clients.models.client import Role
from edge.clock import for_people
from edge.mailbox import normal_address
from onboarding.approving.approval_path import approval_url
from onboarding.journey.page_path import signing_url
from onboarding.journey.steps import Step, next_step, purpose_for
from onboarding.models import TRIES, EmailCode
from onboarding.tasks import mail_code
from processes.stalled_jobs import stalled_jobs
from staff.history import Happened, decisions_about, history_of

NEWEST = 20
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s<>\"“”(),;:]+@[^\s<>\"“”(),;?]+")
WRAPPING = "<>\"'“”„‘’«»` \t\r\n"
WAITS_FOR = {
    Step.COMPANY: "for the client to confirm its company's details",
    Step.USERS: "for the client to confirm its users",
    Step.AGREEMENT: "for the client to read and sign the agreement",
}
BECAME = {
    RequestStatus.APPROVED: "Approved",
    RequestStatus.DECLINED: "Declined",
    RequestStatus.EXPIRED: "It expired",
    RequestStatus.SUPERSEDED: "Another outcome overtook it",
}
MAIL = {
    "todo": "waits for the worker",
    "doing": "is being sent",
    "stalled": "was being sent when the worker went away; it is sent again, within two minutes of that",
    "succeeded": "sent",
    "failed": "FAILED, and is not tried again",
}


@dataclass(frozen=True)
class Typed:
    """Everything that a pasted text could mean."""

    ids: frozenset[uuid.UUID]
    addresses: frozenset[str]
    tenant_ids: frozenset[str]
    name: str

    @classmethod
    def read(cls, text: str) -> Typed:
        """Read a text with any blanks, brackets, quotes or URL around it; a tenant id may look like any of these."""
        plain = text.strip(WRAPPING)
        found = UUID.findall(plain)
        addresses = {normal_address(address.strip(WRAPPING)) for address in ADDRESS.findall(plain)}
        last_of_path = "" if found else unquote(re.split(r"[?#]", plain)[0].rpartition("/")[2])
        return cls(
            ids=frozenset(map(uuid.UUID, found)),
            addresses=frozenset(addresses),
            tenant_ids=frozenset({text, plain, last_of_path, *found} - {""}),
            name="" if found or addresses else " ".join(plain.split()),
        )

    def means(self, row: ReferralPartnerClientLink | LinkRequest) -> bool:
        """Whether the text names this link or link request."""
        return row.pk in self.ids or row.external_tenant_id in self.tenant_ids


@dataclass(frozen=True)
class Part:
    """A link, link request, conflict, signature or mail, in a sentence or two."""

    at: datetime
    row: Model
    what: str
    says: str
    url: str = ""
    is_meant: bool = False

    def admin_url(self) -> str:
        """The URL of the row's page in the admin."""
        meta = self.row._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.row.pk])


@dataclass(frozen=True)
class MailJob:
    """How far the worker has got with a mail."""

    status: str
    attempts: int
    done_at: datetime | None


@dataclass(frozen=True)
class Diagnosis:
    """A client in sentences, with the latest of its parts and of its history, newest first."""

    client: Client
    says: list[str]
    parts: list[Part]
    history: list[Happened]


def find_clients(text: str) -> list[Client]:
    """
    The clients that the text could be about, by id, address, tenant id or part of the name: 20 at most, by name.

    Uses a UNION of look-ups: one condition over all these joins would make PostgreSQL build every joined row first.
    """
    typed = Typed.read(text)
    if not typed.tenant_ids:
        return []
    links, link_requests = ReferralPartnerClientLink.objects.order_by(), LinkRequest.objects.order_by()
    tenant = Q(external_tenant_id__in=typed.tenant_ids)
    found = Client.objects.order_by().filter(pk__in=typed.ids).values("pk")
    ways: list[QuerySet[Any, Any]] = [
        links.filter(Q(pk__in=typed.ids) | tenant).values("client"),
        link_requests.filter(Q(pk__in=typed.ids) | tenant).values("client"),
        LinkConflict.objects.order_by().filter(tenant, client__isnull=False).values("client"),
        LinkConflictMatch.objects.filter(conflict__external_tenant_id__in=typed.tenant_ids).values("client"),
        Signature.objects.order_by().filter(pk__in=typed.ids).values("client"),
        EmailAddress.objects.filter(pk__in=typed.addresses).values("client"),
    ]
    if typed.name:
        ways.append(Client.objects.order_by().known_as(typed.name).values("pk"))
    return list(Client.objects.filter(pk__in=found.union(*ways)).order_by("name", "pk")[:NEWEST])


def diagnose(client: Client, text: str, *, at: datetime) -> Diagnosis:
    """Explain the state of everything of the client, in a fixed number of queries."""
    typed = Typed.read(text)
    users = list(client.users.all())
    signatures = list(client.signatures.select_related("agreement", "invalidated_by").order_by("-signed_at")[:NEWEST])
    parts = [*_links(client, signatures, typed, at), *_requests(client, users, typed), *_conflicts(client)]
    parts += [*_signatures(signatures, typed), *_mails(client)]
    done = history_of(client) + decisions_about(part.row for part in parts)
    return Diagnosis(
        client=client,
        says=list(_itself(client, users)),
        parts=sorted(parts, key=lambda part: part.at, reverse=True),
        history=sorted(done, key=lambda happened: happened.at, reverse=True),
    )


def _itself(client: Client, users: list[User]) -> Iterable[str]:
    if client.erased_at is not None:
        yield f"Erased on {for_people(client.erased_at)}."
    if client.withdrawn_at is not None:
        yield f"Withdrawn on {for_people(client.withdrawn_at)}: its addresses match no more."
    lost = [user.name for user in users if user.email_key is None]
    if lost:
        yield f"By the address of {', '.join(lost)} it is not found any more: another client has it, or it was let go."
    admins = [user.name for user in users if user.role == Role.CREDITOR_ADMIN]
    if admins:
        yield f"Who gets the codes and may sign: {', '.join(admins)}."
    else:
        yield "It has no admin: nobody gets a code, and nobody can sign or approve. Add an admin on its page."


def _links(client: Client, signatures: list[Signature], typed: Typed, at: datetime) -> Iterable[Part]:
    status = status_of(client, at=at)
    links = list(client.links.select_related("partner", "client").order_by("-created_at")[:NEWEST])
    stats = case_stats([link.pk for link in links])
    for link in links:
        attributed = "attributed" if link.is_attributed else "not attributed"
        terms = f"{link.fee_percentage} %, {attributed}"
        what = f"Link to {link.partner.name} under {link.external_tenant_id}, {terms}"
        url = "" if link.archived_at else signing_url(link, status) or ""
        says = f"{_stands(link, status, signatures)} {_cases(stats.get(link.pk, CaseStats()))}"
        yield Part(link.created_at, link, what, says, url, typed.means(link))


def _cases(stats: CaseStats) -> str:
    return f"Cases: {stats.total}, of which {stats.closed} closed." if stats.total else "No cases."


def _stands(link: ReferralPartnerClientLink, status: AgreementStatus, signatures: list[Signature]) -> str:
    if link.archived_at is not None:
        return f"Archived on {for_people(link.archived_at)}: the partner gets 404, and the URL leads nowhere."
    match status:
        case Current(signed_number=number, must_sign_by=deadline):
            since = min(each.signed_at for each in signatures if _is_what_stands(each, number, link.client))
            ready = f"Ready: the signature is current since {for_people(since)}, and the partner gets 201."
            return f"{ready} A later version must be signed by {for_people(deadline)}." if deadline else ready
        case NeverSigned():
            return f"The client has never signed. {_waits(link, status)}"
        case SignAgain(reason=reason, since=since):
            told = IN_WORDS[reason].to_staff
            return f"The client must sign again since {for_people(since)}: {told}. {_waits(link, status)}"


def _is_what_stands(signature: Signature, number: int, client: Client) -> bool:
    return signature.is_in_name(client.name) and signature.agreement.number == number


def _waits(link: ReferralPartnerClientLink, status: AgreementStatus) -> str:
    step = next_step(link.client, status, purpose_for(status))
    return f"It waits {WAITS_FOR[step]}; the partner gets 202."


def _requests(client: Client, users: list[User], typed: Typed) -> Iterable[Part]:
    names = {user.pk: user.name for user in users}
    is_open = set(client.link_requests.open().values_list("pk", flat=True))
    newest = client.link_requests.select_related("partner", "lifted_by", "offered_by").order_by("-created_at")[:NEWEST]
    for link_request in newest:
        kind = "Move" if link_request.replaces_id else "Request"
        offered = f", offered by {link_request.offered_by}" if link_request.offered_by else ""
        what = f"{kind} to {link_request.partner.name} under {link_request.external_tenant_id}{offered}"
        url = approval_url(link_request) if link_request.pk in is_open else ""
        became = _became(link_request, is_open, names)
        yield Part(link_request.created_at, link_request, what, became, url, typed.means(link_request))


def _became(link_request: LinkRequest, is_open: set[uuid.UUID], names: dict[int, str]) -> str:
    if link_request.pk in is_open:
        return (
            f"It waits for an admin of the client to approve or decline, until {for_people(link_request.expires_at)}."
        )
    if link_request.status == RequestStatus.PENDING or link_request.decided_at is None:
        return f"It expired on {for_people(link_request.expires_at)}."
    who = ""
    if link_request.decided_by_user_id is not None:
        who = f" by {names.get(link_request.decided_by_user_id, 'a user who is gone since')}"
    says = f"{BECAME[RequestStatus(link_request.status)]}{who} on {for_people(link_request.decided_at)}."
    if link_request.lifted_at is not None:
        lifted = f"{link_request.lifted_by} lifted that on {for_people(link_request.lifted_at)}"
        return f"{says} It did not know the partner; {lifted}."
    return (
        f"{says} It does not know the partner, which support can lift." if link_request.is_unknown_to_client else says
    )


def _conflicts(client: Client) -> Iterable[Part]:
    matched = LinkConflictMatch.objects.filter(client=client).values("conflict")
    about = LinkConflict.objects.filter(Q(client=client) | Q(pk__in=matched)).select_related("partner", "decided_by")
    for conflict in about.order_by("-first_asked_at")[:NEWEST]:
        what = f"Conflict: {conflict.partner.name} asked under {conflict.external_tenant_id}"
        asked = f"{conflict.get_kind_display()}. Asked {conflict.times_asked} times."
        yield Part(conflict.first_asked_at, conflict, what, f"{_decided(conflict)} {asked}")


def _decided(conflict: LinkConflict) -> str:
    if conflict.decided_at is None:
        return "Open: it waits for support."
    status = conflict.get_status_display()
    return f"{status}, by {conflict.decided_by} on {for_people(conflict.decided_at)}: {conflict.reason}."


def _signatures(signatures: list[Signature], typed: Typed) -> Iterable[Part]:
    for signature in signatures:
        says = f"Signed by {signature.signer_name} for {signature.company_name}."
        if signature.invalidated_at is not None:
            invalidated = f"{signature.invalidated_by} on {for_people(signature.invalidated_at)}"
            says += f" Invalidated by {invalidated}: {signature.invalidated_why}."
        yield Part(signature.signed_at, signature, str(signature.agreement), says, is_meant=signature.pk in typed.ids)


def _mails(client: Client) -> Iterable[Part]:
    codes = list(EmailCode.objects.filter(client=client).select_related("user").order_by("-requested_at")[:NEWEST])
    jobs = _jobs_of(codes)
    for code in codes:
        if code.user is None:
            says = "Nothing was mailed: what was typed on the approval page is no admin's address."
            yield Part(code.requested_at, code, "Code for nobody", says)
        else:
            mail = _mailed(code, jobs.get(str(code.pk)))
            yield Part(code.requested_at, code, f"Code to {code.user}", f"The mail: {mail}. The code: {_used(code)}.")


def _jobs_of(codes: list[EmailCode]) -> dict[str, MailJob]:
    done = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="succeeded").order_by("-at").values("at")
    jobs = ProcrastinateJob.objects.filter(task_name=mail_code.name, args__code_id__in=[str(code.pk) for code in codes])
    stalled = Exists(stalled_jobs().filter(pk=OuterRef("pk")))
    status = Case(When(stalled, then=Value("stalled")), default=Cast("status", CharField()))
    facts = jobs.values_list("args", status, "attempts", Subquery(done[:1]))
    return {args["code_id"]: MailJob(*rest) for args, *rest in facts}


def _mailed(code: EmailCode, job: MailJob | None) -> str:
    """The state of the mail. The worker finishes a job without mailing if the code is of no use any more."""
    if job is None:
        return "its job is cleared away"
    if job.done_at is not None:
        is_late = job.done_at >= code.expires_at or (code.lapsed_at is not None and job.done_at > code.lapsed_at)
        state = "not sent, since the code was of no use any more" if is_late and code.used_at is None else "sent"
        return f"{state}, {for_people(job.done_at)}"
    if job.status == "todo" and job.attempts:
        return f"failed {job.attempts} times so far, and will be tried again"
    return MAIL.get(job.status, job.status)


def _used(code: EmailCode) -> str:
    if code.used_at is not None:
        return f"used on {for_people(code.used_at)}"
    tries = f", {code.tries} wrong tries" if code.tries else ""
    if code.lapsed_at is not None:
        causes = "by a newer code, by a correction, or since the visitor was done"
        return f"lapsed on {for_people(code.lapsed_at)}, {causes}{tries}"
    if code.tries >= TRIES:
        return f"of no use after {TRIES} wrong tries"
    return f"not used, good until {for_people(code.expires_at)}{tries}"
