"""Where a client stands with the agreement: a pure function of facts and a moment (product-rules 4.2, 4.7)."""

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
    """How a reason is told."""

    to_client: str  # on the page for signing again; `since` when, in place of which `version`, `signed` when
    to_staff: str  # at the end of a sentence
    in_a_list: str  # to staff, beside much else


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
    """A signature, and since or from when something ends it; None where nothing does."""

    number: int  # of the version that was signed
    invalidated_at: datetime | None
    renamed_at: datetime | None  # since when the company has had another name than the signed one
    outdated_from: datetime | None  # from when on a later version is required, which may be announced only

    def end(self) -> tuple[datetime, Reason] | None:
        """What ends it first, and when."""
        ends = [
            (self.invalidated_at, Reason.ADMIN_INVALIDATED),
            (self.renamed_at, Reason.CREDITOR_NAME_CHANGED),
            (self.outdated_from, Reason.NEW_VERSION),
        ]
        return min(((at, why) for at, why in ends if at is not None), key=lambda end: end[0], default=None)

    def stands(self, *, at: datetime) -> bool:
        """Whether it counts at this moment. What staff did counts at once, whatever the caller's clock says."""
        done = self.invalidated_at is not None or self.renamed_at is not None
        return not done and (self.outdated_from is None or at < self.outdated_from)


@dataclass(frozen=True)
class AgreementFacts:
    """What the status of a client is read from."""

    current_number: int | None  # the version that is signed now; None before the first is published
    signatures: tuple[SignatureFacts, ...]


@dataclass(frozen=True)
class NeverSigned:
    """The client has not signed any version."""

    current_number: int | None


@dataclass(frozen=True)
class Current:
    """A signature stands, until `must_sign_by` if a version is announced that must be signed by then."""

    current_number: int | None
    signed_number: int
    must_sign_by: datetime | None


@dataclass(frozen=True)
class SignAgain:
    """No signature stands any more since this moment, for this reason: what ended the last one that stood."""

    current_number: int | None
    signed_number: int
    reason: Reason
    since: datetime


type AgreementStatus = NeverSigned | Current | SignAgain
type MustSign = NeverSigned | SignAgain


def agreement_status(facts: AgreementFacts, *, at: datetime) -> AgreementStatus:
    """Tell where a client with these facts stands at this moment."""
    if not facts.signatures:
        return NeverSigned(facts.current_number)
    standing = [signature for signature in facts.signatures if signature.stands(at=at)]
    if standing:
        return _current(standing, facts.current_number)
    ended = [(end, signature.number) for signature in facts.signatures if (end := signature.end()) is not None]
    (since, reason), number = max(ended, key=lambda each: (each[0][0], each[1]))
    return SignAgain(facts.current_number, number, reason, since)


def _current(standing: list[SignatureFacts], current_number: int | None) -> Current:
    """The newest of them stands longest: what is required later than a version is later than those before it too."""
    newest = max(standing, key=lambda signature: signature.number)
    return Current(current_number, newest.number, newest.outdated_from)
