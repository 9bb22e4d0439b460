"""A client's agreement status: a pure function of facts and a moment (product-rules 4.2, 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a client must sign again."""

    NEW_VERSION = "NewVersion"
    CREDITOR_NAME_CHANGED = "CreditorNameChanged"
    ADMIN_INVALIDATED = "AdminInvalidated"


@dataclass(frozen=True)
class Words:
    """How a reason is worded."""

    to_client: str  # on the page for signing again; to be filled with `since`, `version` and `signed`
    to_staff: str  # at the end of a sentence
    in_a_list: str  # to staff, after the status and before the date


IN_WORDS = {
    Reason.NEW_VERSION: Words(
        to_client="There is a new version of the agreement. It has been required since {since}, in place of version "
        "{version}, which was signed on {signed}.",
        to_staff="a later version of the agreement is required",
        in_a_list="a new version is required",
    ),
    Reason.CREDITOR_NAME_CHANGED: Words(
        to_client="The company has another name now than the one it signed under. Please sign under the new one.",
        to_staff="its company has another name now than the one that it signed under",
        in_a_list="the company has another name",
    ),
    Reason.ADMIN_INVALIDATED: Words(
        to_client="Debitura’s legal team has set aside what was signed on {signed}. They write:",
        to_staff="Legal has invalidated its signature",
        in_a_list="Legal set the signature aside",
    ),
}


@dataclass(frozen=True)
class SignatureFacts:
    """A signature, and the moment of each thing that ends it; None where nothing does."""

    number: int  # of the version that was signed
    invalidated_at: datetime | None
    renamed_at: datetime | None  # when the company got a name other than the signed one
    outdated_from: datetime | None  # when a later version is first required; may be in the future

    def end(self) -> tuple[datetime, Reason] | None:
        """The moment and the reason of what ends it first; None while nothing does."""
        ends = [
            (self.invalidated_at, Reason.ADMIN_INVALIDATED),
            (self.renamed_at, Reason.CREDITOR_NAME_CHANGED),
            (self.outdated_from, Reason.NEW_VERSION),
        ]
        return min(((at, reason) for at, reason in ends if at is not None), key=lambda end: end[0], default=None)

    def stands(self, *, at: datetime) -> bool:
        """Whether it counts at this moment. Acts of staff take effect at once, whatever the caller's clock says."""
        done = self.invalidated_at is not None or self.renamed_at is not None
        return not done and (self.outdated_from is None or at < self.outdated_from)


@dataclass(frozen=True)
class AgreementFacts:
    """What a client's agreement status depends on."""

    current_number: int | None  # of the version that clients sign now; None before the first is published
    signatures: tuple[SignatureFacts, ...]


@dataclass(frozen=True)
class NeverSigned:
    """The client has not signed any version."""

    current_number: int | None


@dataclass(frozen=True)
class Current:
    """A signature stands; only until `must_sign_by` where a later version must be signed by then."""

    current_number: int | None
    signed_number: int
    must_sign_by: datetime | None


@dataclass(frozen=True)
class SignAgain:
    """No signature stands any more; `since` and `reason` tell when and why the last one ended."""

    current_number: int | None
    signed_number: int
    reason: Reason
    since: datetime


type AgreementStatus = NeverSigned | Current | SignAgain
type MustSign = NeverSigned | SignAgain


def agreement_status(facts: AgreementFacts, *, at: datetime) -> AgreementStatus:
    """The status, at this moment, of a client with these facts."""
    if not facts.signatures:
        return NeverSigned(facts.current_number)
    standing = [signature for signature in facts.signatures if signature.stands(at=at)]
    if standing:
        return _current(standing, facts.current_number)
    ended = [(end, signature.number) for signature in facts.signatures if (end := signature.end()) is not None]
    (since, reason), number = max(ended, key=lambda each: (each[0][0], each[1]))
    return SignAgain(facts.current_number, number, reason, since)


def _current(standing: list[SignatureFacts], current_number: int | None) -> Current:
    """The newest version's signature stands longest: what outdates it outdates those of older versions too."""
    newest = max(standing, key=lambda signature: signature.number)
    return Current(current_number, newest.number, newest.outdated_from)
