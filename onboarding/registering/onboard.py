"""Bring a partner's client on board."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from cases.models import KeptClaims
from cases.submit_cases import answer_repeat
from clients.agreement_status import agreement_status
from clients.models import Client, EmailAddress, Held, LinkRequest
from clients.models.link import find_active_link
from onboarding.registering.asking_limit import note_asking
from onboarding.registering.create_client import create_client, in_unknown_divisions
from onboarding.registering.locks import take_advisory_locks, tenant_lock
from onboarding.registering.match_client import lock_owners, pending_request, refuse
from onboarding.registering.outcomes import AskedTooOften, NeedsApproval, Onboarded, Outcome, RulesBroken, onboarded_as
from onboarding.registering.registration import Registration
from partners.models import ReferralPartner


def onboard_client(*, partner: ReferralPartner, registration: Registration, at: datetime) -> Outcome:
    """
    Create the client and link it to the partner, or say what stands in the way.

    A repeated call creates nothing: the partner's id for the client decides, whatever else is sent. Whether the
    agreement is signed is looked up anew, so Ready can turn into AwaitingSignature. Claims that somebody covers become
    cases when the client is created, or when it approves the link; a repeat reports on them as they are then.
    """
    known = _find_again(partner, registration, at)
    if known is not None:
        return known
    try:
        return _create_or_match(partner, registration, at)
    except IntegrityError:
        # Pages and staff take no lock on addresses, and took one of these between matching and creating. It is there
        # now, so matching finds it.
        return _create_or_match(partner, registration, at)


def find_onboarded(*, partner: ReferralPartner, external_tenant_id: str, at: datetime) -> Onboarded | None:
    """The partner's client under this id, as it is now; None if there is none. Takes no lock, writes nothing."""
    found = find_active_link(partner.pk, external_tenant_id)
    if found is None:
        return None
    link, facts = found
    return onboarded_as(link, agreement_status(facts, at=at))


def _find_again(partner: ReferralPartner, registration: Registration, at: datetime) -> Onboarded | None:
    known = find_onboarded(partner=partner, external_tenant_id=registration.external_tenant_id, at=at)
    if known is None or not registration.claims:
        return known
    return replace(known, submitted=tuple(answer_repeat(link=known.link, claims=registration.claims)))


@transaction.atomic
def _create_or_match(partner: ReferralPartner, registration: Registration, at: datetime) -> Outcome:
    _one_at_a_time(partner, registration)
    known = _find_again(partner, registration, at)
    if known is not None:
        return known
    outcome = _create_or_refuse(partner, registration, at)
    if isinstance(outcome, NeedsApproval) and registration.claims:
        KeptClaims.objects.keep(outcome.request, registration.claims)
    return outcome


def _one_at_a_time(partner: ReferralPartner, registration: Registration) -> None:
    """Matching reads what creating writes, so two calls at once could both find nothing."""
    names = [f"email:{address}" for address in registration.address_keys]
    take_advisory_locks([tenant_lock(partner, registration.external_tenant_id), *names])


def _create_or_refuse(partner: ReferralPartner, registration: Registration, at: datetime) -> Outcome:
    if broken := tuple(in_unknown_divisions(registration)):
        return RulesBroken(broken)
    asked = pending_request(partner, registration.external_tenant_id)
    if asked is not None and asked.offered_by_id is not None:
        return NeedsApproval(asked)
    held = EmailAddress.objects.held(registration.address_keys)
    matched: list[Client] = []
    if held:
        held, matched = lock_owners(held, registration.address_keys)
    if matched:
        return _known(matched, held, asked, partner, registration, at)
    _supersede(asked)
    since = EmailAddress.objects.release_of_partner([each.address for each in held], partner)
    created = create_client(partner, registration, at)
    EmailAddress.objects.entered_since(since)
    return created


def _known(
    matched: list[Client],
    held: list[Held],
    asked: LinkRequest | None,
    partner: ReferralPartner,
    registration: Registration,
    at: datetime,
) -> Outcome:
    """Tell the partner of clients that we know, unless it was told of too many; their rows are locked."""
    known = _find_again(partner, registration, at)
    if known is not None:
        return known  # the client approved the partner while this call waited for its row
    wait = note_asking(partner, matched, held, registration.address_keys, at=at)
    if wait is not None:
        return AskedTooOften(wait)
    if asked is not None and [client.pk for client in matched] != [asked.client_id]:
        _supersede(asked)
    return refuse(matched, partner, registration, held)


def _supersede(asked: LinkRequest | None) -> None:
    """End a pending link request under the id of this call: the call is about another company."""
    if asked is not None:
        LinkRequest.objects.filter(pk=asked.pk).supersede()
