"""Whether a client's signature is current: a pure function of facts (product-rules 4.2, 4.7)."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class AgreementFacts:
    """What the status is read from, as of one moment."""

    required_number: int | None  # the newest material version that must be signed by now; None before the first
    signed_number: int | None  # the newest version signed under the present company name, and not invalidated
    has_ever_signed: bool


class AgreementStatus(StrEnum):
    """Where a client stands with the agreement."""

    NEVER_SIGNED = "NeverSigned"
    CURRENT = "Current"
    SIGN_AGAIN = "SignAgain"


def agreement_status(facts: AgreementFacts) -> AgreementStatus:
    """
    Tell where a client with these facts stands.

    Without any published version nothing can be current: there is no text that anybody could have agreed to.
    """
    if not facts.has_ever_signed:
        return AgreementStatus.NEVER_SIGNED
    if facts.required_number is None or facts.signed_number is None or facts.signed_number < facts.required_number:
        return AgreementStatus.SIGN_AGAIN
    return AgreementStatus.CURRENT
