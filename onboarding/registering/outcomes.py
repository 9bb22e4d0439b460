"""What becomes of a registration."""

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
    """We know this company: it must approve the partner, as this request asks it to."""

    request: LinkRequest


@dataclass(frozen=True)
class Disowned:
    """The company has said that it does not know the partner; support must lift that first."""

    external_tenant_id: str


@dataclass(frozen=True)
class LinkedElsewhere:
    """The company came through another partner."""

    external_tenant_id: str


@dataclass(frozen=True)
class LinkedUnderOtherId:
    """The company is this partner's already, under the id given here."""

    linked_under: str


@dataclass(frozen=True)
class Ambiguous:
    """The addresses belong to several companies; support must decide."""

    external_tenant_id: str


@dataclass(frozen=True)
class AskedTooOften:
    """The partner was told of too many companies that we know in a day; this one is one of them."""

    retry_after: timedelta


@dataclass(frozen=True)
class BrokenRule:
    """Something in a claim that the client's own facts do not allow."""

    type: str
    message: str


@dataclass(frozen=True)
class RulesBroken:
    """Claims are assigned to nobody or to no division of the client; nothing was created."""

    rules: tuple[BrokenRule, ...]


type Onboarded = Ready | AwaitingSignature
type Refusal = NeedsApproval | Disowned | LinkedElsewhere | LinkedUnderOtherId | Ambiguous | AskedTooOften | RulesBroken

type Outcome = Onboarded | Refusal


def onboarded_as(link: ReferralPartnerClientLink, status: AgreementStatus) -> Onboarded:
    """What a link is to its partner whose client stands so with the agreement."""
    match status:
        case Current():
            return Ready(link, status, is_replay=True)
        case _:
            return AwaitingSignature(link, status, is_replay=True)
