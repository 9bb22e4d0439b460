"""The client approves or declines a link request (product-rules 3.8, 3.9, 3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.db import connection, transaction

from cases.change_lifecycle import release_signed_cases
from cases.models import KeptClaims
from cases.submit_cases import submit_cases
from clients.agreement_status import Current
from clients.models import Client, LinkRequest, ReferralPartnerClientLink, RequestStatus
from clients.models.agreement_facts import status_of
from onboarding.journey.in_hand import NotProven
from onboarding.models import Purpose
from onboarding.proof.email_codes import Proof, standing_proof
from onboarding.registering.create_client import assigned_users
from staff.decision import history_context


@dataclass(frozen=True)
class Approved:
    """The client is linked to the partner now."""

    link: ReferralPartnerClientLink


@dataclass(frozen=True)
class Declined:
    """The client declined; it is not linked to the partner."""


@dataclass(frozen=True)
class NoLongerOpen:
    """The link request was already decided, expired or superseded, as its status says; nothing changed."""

    status: RequestStatus


type Decision = Approved | Declined | NoLongerOpen | NotProven


@transaction.atomic
def approve_link(*, link_request: LinkRequest, browser: str, at: datetime) -> Approved | NoLongerOpen | NotProven:
    """
    Link the client to the partner at the partner's current fee; in a move, archive the client's previous link.

    Creates the cases that the partner sent along, and supersedes the client's other link requests. A second call
    returns NoLongerOpen.
    """
    client, proof = _take_in_hand(link_request, browser)
    if proof is None:
        return NotProven()
    with history_context(client_user=proof.user.pk, why="The client approved the partner"):
        if not _stands(link_request, client) or not _decide(link_request, proof, RequestStatus.APPROVED, at):
            return _no_longer_open(link_request)
        client.links.active().update(archived_at=at)
        link = ReferralPartnerClientLink.objects.create(
            partner=link_request.partner,
            client=client,
            external_tenant_id=link_request.external_tenant_id,
            is_attributed=False,
            fee_percentage=_fee_of_now(link_request),
        )
        client.link_requests.all().supersede()
    _submit_kept_claims(link_request, link, at)
    return Approved(link)


def _submit_kept_claims(link_request: LinkRequest, link: ReferralPartnerClientLink, at: datetime) -> None:
    """Create the cases sent with the link request; release them at once if the client's signature is current."""
    kept = KeptClaims.objects.filter(request=link_request).first()
    if kept is None:
        return
    claims = kept.as_claims()
    submit_cases(link=link, claims=claims, assigned=assigned_users(link.client, claims), at=at)
    if isinstance(status_of(link.client, at=at), Current):
        release_signed_cases(client=link.client, at=at)
    kept.link = link
    kept.save(update_fields=["link"])


@transaction.atomic
def decline_link(
    *, link_request: LinkRequest, browser: str, is_unknown: bool, at: datetime
) -> Declined | NoLongerOpen | NotProven:
    """
    Decline the link request. A second call returns NoLongerOpen.

    `is_unknown` means that the client does not know the partner: it cannot ask again until support lifts that.
    """
    _, proof = _take_in_hand(link_request, browser)
    if proof is None:
        return NotProven()
    with history_context(client_user=proof.user.pk, why="The client declined the partner"):
        if not _decide(link_request, proof, RequestStatus.DECLINED, at, is_unknown_to_client=is_unknown):
            return _no_longer_open(link_request)
    return Declined()


def _take_in_hand(link_request: LinkRequest, browser: str) -> tuple[Client, Proof | None]:
    client = Client.objects.lock().get(pk=link_request.client_id)
    return client, standing_proof(about=link_request, purpose=Purpose.APPROVAL, browser=browser)


def _stands(link_request: LinkRequest, client: Client) -> bool:
    """Whether the client's active link is the one to be replaced, if any; supersede the link request if not."""
    link = client.links.active().first()
    if (link.pk if link else None) == link_request.replaces_id:
        return True
    LinkRequest.objects.filter(pk=link_request.pk).supersede()
    return False


def _decide(link_request: LinkRequest, proof: Proof, status: RequestStatus, at: datetime, **facts: bool) -> bool:
    """Decide in one UPDATE by the database's clock, so that an expired request cannot be; False if it was not open."""
    undecided = LinkRequest.objects.filter(pk=link_request.pk).open()
    return bool(undecided.update(status=status, decided_at=at, decided_by_user_id=proof.user.pk, **facts))


def _fee_of_now(link_request: LinkRequest) -> Decimal:
    """The partner's fee, locked until the link has it (product-rules 2.5). The ORM has no FOR SHARE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fee_percentage FROM partners_referralpartner WHERE id = %s FOR SHARE", [link_request.partner_id]
        )
        [fee] = cursor.fetchone()
    return cast(Decimal, fee)


def _no_longer_open(link_request: LinkRequest) -> NoLongerOpen:
    LinkRequest.objects.filter(pk=link_request.pk).expire_overdue()
    link_request.refresh_from_db(fields=["status"])
    return NoLongerOpen(RequestStatus(link_request.status))
