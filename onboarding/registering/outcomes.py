"""What can come of a registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cases.submit_cases import Submitted
from clients.agreement_status import AgreementStatus, Current, MustSign
from clients.models import LinkRequest, ReferralPartnerClientLink


@dataclass(frozen=True)
class Ready:
    """The link exists and the client's signature is current."""

    link: ReferralPartnerClientLink
    status: Current
    is_replay: bool
    submitted: tuple[Submitted, ...] = ()  # what became of each claim of the call


@dataclass(frozen=True)
class AwaitingSignature:
    """The link exists and the client must sign, for the first time or again."""

    link: ReferralPartnerClientLink
    status: MustSign
    is_replay: bool
    submitted: tuple[Submitted, ...] = ()  # what became of each claim of the call


@dataclass(frozen=True)
class NeedsApproval:
    """We know this company: it must approve the partner's link request."""

    request: LinkRequest


@dataclass(frozen=True)
class Disowned:
    """The company declined, saying that it does not know the partner; support must lift that first."""

    external_tenant_id: str


@dataclass(frozen=True)
class LinkedElsewhere:
    """The company came through another partner."""

    external_tenant_id: str


@dataclass(frozen=True)
class LinkedUnderOtherId:
    """The company is already this partner's client, under the id `linked_under`."""

    linked_under: str


@dataclass(frozen=True)
class Ambiguous:
    """The addresses belong to several companies; support must decide."""

    external_tenant_id: str


@dataclass(frozen=True)
class AskedTooOften:
    """The partner asked for too many companies that we know within a day, and this is another."""

    retry_after: timedelta


@dataclass(frozen=True)
class BrokenRule:
    """Something in a claim that does not fit the client."""

    type: str
    message: str


@dataclass(frozen=True)
class RulesBroken:
    """Claims name a user or a division that the client does not have; nothing was created."""

    rules: tuple[BrokenRule, ...]


type Onboarded = Ready | AwaitingSignature
type Refusal = NeedsApproval | Disowned | LinkedElsewhere | LinkedUnderOtherId | Ambiguous | AskedTooOften | RulesBroken

type Outcome = Onboarded | Refusal


def onboarded_as(link: ReferralPartnerClientLink, status: AgreementStatus) -> Onboarded:
    """The outcome for a link that exists, by its client's agreement status."""
    match status:
        case Current():
            return Ready(link, status, is_replay=True)
        case _:
            return AwaitingSignature(link, status, is_replay=True)
