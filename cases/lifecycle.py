"""The lifecycle of a case: where it can stand, go from there, and end (product-rules 7.7, 7.9)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Named(StrEnum):
    """Members have a name, which is stored and compared and never changes, and a label that people read."""

    label: str

    def __new__(cls, name: str, label: str = "") -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        return member

    @classmethod
    def named(cls, given: str) -> Self | None:
        """The member with this name or label, in any letter case; None if there is none."""
        wanted = _folded(given)
        return next((member for member in cls if wanted in (_folded(member.value), _folded(member.label))), None)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of name and label, for the `choices` of a model field."""
        return [(member.value, member.label) for member in cls]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


class Lifecycle(_Named):
    """Where a case stands."""

    PENDING_CONTRACT_SIGNING = "PendingContractSigning", "Pending contract signing"
    PENDING_VERIFICATION_INTERNAL = "PendingVerificationInternal", "Pending Verification Internal"
    PENDING_VERIFICATION = "PendingVerification", "Pending Verification"
    NEEDS_ADDITIONAL_DETAILS = "NeedsAdditionalDetails", "More Info Required"
    LEADS = "Leads", "Collecting Quotes"
    LEADS_QUOTE_GIVEN = "LeadsQuoteGiven", "Pending Quote Selection"
    ACTIVE = "Active", "Active"
    PAUSED = "Paused", "Paused"
    CLOSED = "Closed", "Closed"
    MERGED = "Merged", "Merged"

    @property
    def is_finished(self) -> bool:
        """Whether nobody works on it any more."""
        return self in FINISHED


FINISHED = (Lifecycle.CLOSED, Lifecycle.MERGED)


class CloseCode(_Named):
    """Why a case was closed."""

    PAID = "Paid", "Paid"
    PARTIALLY_PAID = "PartiallyPaid", "Partially paid"
    DEBTOR_INSOLVENT = "DebtorInsolvent", "Debtor Insolvent/Bankrupt"
    DEBTOR_UNTRACEABLE = "DebtorUntraceable", "Debtor Untraceable"
    LEGAL_ACTION_DECLINED = "LegalActionDeclined", "Disputed – Legal Action Declined by Client"
    WITHDRAWN_BY_CLIENT = "WithdrawnByClient", "Withdrawn by Client"
    PRE_LEGAL_EXHAUSTED = "PreLegalExhausted", "Pre-Legal Exhausted – No Payment"
    STATUTE_EXPIRED = "StatuteExpired", "Statute of Limitations Expired"
    SETTLEMENT_REJECTED = "SettlementRejected", "Settlement Rejected by Client"
    UNRESPONSIVE_CLIENT = "UnresponsiveClient", "Unresponsive Client"
    UNECONOMICAL = "Uneconomical", "Uneconomical to Pursue"
    NEVER_STARTED = "NeverStarted", "Case never started"
    NEVER_STARTED_INTERNAL = "NeverStartedInternal", "Case never started - Internal"
    INVALID_DATA = "InvalidData", "Invalid Case Data"
    NO_QUOTES = "NoQuotes", "No Quotes Received"
    QUOTES_EXPIRED = "QuotesExpired", "Quotes Expired – Not Accepted"
    OTHER = "Other", "Other"

    @property
    def brings_money(self) -> bool:
        """Whether money was recovered."""
        return self in (CloseCode.PAID, CloseCode.PARTIALLY_PAID)


# The database has the same table (migration 0002); a test compares the two.
TRANSITIONS: dict[Lifecycle, frozenset[Lifecycle]] = {
    Lifecycle.PENDING_CONTRACT_SIGNING: frozenset(
        {
            Lifecycle.PENDING_VERIFICATION_INTERNAL,
            Lifecycle.PENDING_VERIFICATION,
            Lifecycle.CLOSED,
            Lifecycle.MERGED,
        }
    ),
    Lifecycle.PENDING_VERIFICATION_INTERNAL: frozenset(
        {
            Lifecycle.PENDING_VERIFICATION,
            Lifecycle.NEEDS_ADDITIONAL_DETAILS,
            Lifecycle.CLOSED,
            Lifecycle.MERGED,
        }
    ),
    Lifecycle.PENDING_VERIFICATION: frozenset(
        {
            Lifecycle.NEEDS_ADDITIONAL_DETAILS,
            Lifecycle.LEADS,
            Lifecycle.ACTIVE,
            Lifecycle.CLOSED,
            Lifecycle.MERGED,
        }
    ),
    Lifecycle.NEEDS_ADDITIONAL_DETAILS: frozenset(
        {
            Lifecycle.PENDING_VERIFICATION_INTERNAL,
            Lifecycle.PENDING_VERIFICATION,
            Lifecycle.CLOSED,
            Lifecycle.MERGED,
        }
    ),
    Lifecycle.LEADS: frozenset(
        {Lifecycle.LEADS_QUOTE_GIVEN, Lifecycle.ACTIVE, Lifecycle.CLOSED, Lifecycle.MERGED},
    ),
    Lifecycle.LEADS_QUOTE_GIVEN: frozenset(
        {Lifecycle.ACTIVE, Lifecycle.LEADS, Lifecycle.CLOSED, Lifecycle.MERGED},
    ),
    Lifecycle.ACTIVE: frozenset({Lifecycle.PAUSED, Lifecycle.CLOSED, Lifecycle.MERGED}),
    Lifecycle.PAUSED: frozenset({Lifecycle.ACTIVE, Lifecycle.CLOSED, Lifecycle.MERGED}),
    Lifecycle.CLOSED: frozenset({Lifecycle.ACTIVE}),  # reopened by staff
    Lifecycle.MERGED: frozenset(),
}
