"""Find the clients that already hold addresses of a registration, and decide what the partner is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models.functions import Now

from clients.models import Client, EmailAddress, Held, LinkRequest, ReferralPartnerClientLink
from clients.models.link_request import LinkRequestQuerySet
from onboarding.registering.asking_limit import hash_of_addresses
from onboarding.registering.note_conflict import note_ambiguity, note_rival
from onboarding.registering.outcomes import (
    Ambiguous,
    Disowned,
    LinkedElsewhere,
    LinkedUnderOtherId,
    NeedsApproval,
    Refusal,
)
from onboarding.registering.registration import Registration
from partners.models import ReferralPartner


def pending_request(partner: ReferralPartner, external_tenant_id: str) -> LinkRequest | None:
    """The open link request under this id; None if there is none."""
    requests = LinkRequest.objects.of(partner, external_tenant_id)
    # Every new client comes through here, and hardly any has one.
    return _open_request(requests) if requests.pending().exists() else None


def lock_owners(held: list[Held], keys: list[str]) -> tuple[list[Held], list[Client]]:
    """
    Lock the clients that hold these addresses; return the addresses held, and the clients for which one stands.

    The addresses are read again under the locks: somebody may have proven or released one meanwhile.
    """
    owners = list(Client.objects.filter(pk__in={each.client_id for each in held}).order_by("pk").lock())
    held = EmailAddress.objects.held(keys)
    stands = {each.client_id for each in held if each.stands}
    return held, [client for client in owners if client.pk in stands]


def refuse(
    matched: list[Client], partner: ReferralPartner, registration: Registration, held: Iterable[Held]
) -> Refusal:
    """Ask the one client for its approval, or note a conflict and return what it is; the clients' rows are locked."""
    by = [each for each in held if each.stands]
    match matched:
        case [client]:
            return _matched(client, partner, registration, by)
        case _:
            note_ambiguity(matched, partner, registration.external_tenant_id, by)
            return Ambiguous(registration.external_tenant_id)


def _matched(client: Client, partner: ReferralPartner, registration: Registration, by: Iterable[Held]) -> Refusal:
    """The client's row is locked, so its links and link requests cannot change (product-rules 3.2–3.4, 3.7)."""
    external_tenant_id = registration.external_tenant_id
    pending = _open_request(LinkRequest.objects.filter(partner=partner, client=client))
    if pending is not None:
        return NeedsApproval(pending)
    link = client.links.active().first()
    if link is not None:
        if link.partner_id == partner.pk:
            return LinkedUnderOtherId(link.external_tenant_id)
        note_rival(link, partner, external_tenant_id, by)
        return LinkedElsewhere(external_tenant_id)
    if client.link_requests.disowned().filter(partner=partner).exists():
        return Disowned(external_tenant_id)
    again = _take_up_again(client, partner)
    return NeedsApproval(again if again is not None else _ask(client, partner, registration))


def _open_request(requests: LinkRequestQuerySet) -> LinkRequest | None:
    """The pending one among these. Expires one whose deadline is over, without waiting for the worker to do so."""
    link_request = requests.pending().first()
    if link_request is None or LinkRequest.objects.filter(pk=link_request.pk).expire_overdue():
        return None
    return link_request


def _take_up_again(client: Client, partner: ReferralPartner) -> LinkRequest | None:
    """
    Reopen a link request for this client that another outcome has overtaken, with its old URL and deadline.

    A new one each time would let a partner have as many as it likes. A request whose tenant id is meanwhile in use
    again stays superseded. None if none can be reopened.
    """
    overtaken = LinkRequest.objects.overtaken().filter(client=client, partner=partner)
    for link_request in overtaken.order_by("-created_at"):
        id_is_free = (
            not ReferralPartnerClientLink.objects.active().of(partner, link_request.external_tenant_id).exists()
            and not LinkRequest.objects.of(partner, link_request.external_tenant_id).pending().exists()
        )
        if id_is_free and LinkRequest.objects.filter(pk=link_request.pk).take_up_again():
            link_request.refresh_from_db()
            return link_request
    return None


def _ask(client: Client, partner: ReferralPartner, registration: Registration) -> LinkRequest:
    link_request = LinkRequest.objects.create(
        client=client,
        partner=partner,
        external_tenant_id=registration.external_tenant_id,
        asked_with=hash_of_addresses(registration.address_keys),
        expires_at=Now() + timedelta(days=partner.approval_days),
    )
    link_request.refresh_from_db()
    return link_request
