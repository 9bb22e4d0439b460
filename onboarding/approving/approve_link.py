"""The client decides about a partner that asks to be linked to it (product-rules 3.8, 3.9, 3.12)."""

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
    """The partner has the client now."""

    link: ReferralPartnerClientLink


@dataclass(frozen=True)
class Declined:
    """The partner does not get the client."""


@dataclass(frozen=True)
class NoLongerOpen:
    """Somebody or something was faster: the request had this end already, and nothing changed."""

    status: RequestStatus


type Decision = Approved | Declined | NoLongerOpen | NotProven


@transaction.atomic
def approve_link(*, request: LinkRequest, browser: str, at: datetime) -> Approved | NoLongerOpen | NotProven:
    """
    Link the client to the partner at the partner's fee of now; a move archives the client's link of before.

    The cases that the partner sent along are created. Other partners' requests for the client are superseded. A second
    call finds the request decided.
    """
    client, proof = _take_in_hand(request, browser)
    if proof is None:
        return NotProven()
    with history_context(client_user=proof.user.pk, why="The client approved the partner"):
        if not _stands(request, client) or not _decide(request, proof, RequestStatus.APPROVED, at):
            return _no_longer_open(request)
        client.links.active().update(archived_at=at)
        link = ReferralPartnerClientLink.objects.create(
            partner=request.partner,
            client=client,
            external_tenant_id=request.external_tenant_id,
            is_attributed=False,
            fee_percentage=_fee_of_now(request),
        )
        client.link_requests.all().supersede()
    _submit_kept_claims(request, link, at)
    return Approved(link)


def _submit_kept_claims(request: LinkRequest, link: ReferralPartnerClientLink, at: datetime) -> None:
    """Create the cases that came with the request; they set off at once where the client's signature is current."""
    kept = KeptClaims.objects.filter(request=request).first()
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
    *, request: LinkRequest, browser: str, is_unknown: bool, at: datetime
) -> Declined | NoLongerOpen | NotProven:
    """
    Let the partner not have the client. A second call finds the request decided.

    `is_unknown` says that the client does not know the partner, which is support's to look at.
    """
    _, proof = _take_in_hand(request, browser)
    if proof is None:
        return NotProven()
    with history_context(client_user=proof.user.pk, why="The client declined the partner"):
        if not _decide(request, proof, RequestStatus.DECLINED, at, is_unknown_to_client=is_unknown):
            return _no_longer_open(request)
    return Declined()


def _take_in_hand(request: LinkRequest, browser: str) -> tuple[Client, Proof | None]:
    client = Client.objects.lock().get(pk=request.client_id)
    return client, standing_proof(about=request, purpose=Purpose.APPROVAL, browser=browser)


def _stands(request: LinkRequest, client: Client) -> bool:
    """Whether the client's link is the one that the request would replace, if any; one that is overtaken is closed."""
    link = client.links.active().first()
    if (link.pk if link else None) == request.replaces_id:
        return True
    LinkRequest.objects.filter(pk=request.pk).supersede()
    return False


def _decide(request: LinkRequest, proof: Proof, status: RequestStatus, at: datetime, **facts: bool) -> bool:
    """Decide by the database's clock in the update itself: an expired request cannot be, whatever the page showed."""
    undecided = LinkRequest.objects.filter(pk=request.pk).open()
    return bool(undecided.update(status=status, decided_at=at, decided_by_user_id=proof.user.pk, **facts))


def _fee_of_now(request: LinkRequest) -> Decimal:
    """The partner's fee, held until it is frozen on the link (product-rules 2.5); the ORM cannot say FOR SHARE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fee_percentage FROM partners_referralpartner WHERE id = %s FOR SHARE", [request.partner_id]
        )
        [fee] = cursor.fetchone()
    return cast(Decimal, fee)


def _no_longer_open(request: LinkRequest) -> NoLongerOpen:
    LinkRequest.objects.filter(pk=request.pk).expire_overdue()
    request.refresh_from_db(fields=["status"])
    return NoLongerOpen(RequestStatus(request.status))
