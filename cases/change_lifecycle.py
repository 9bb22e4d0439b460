"""Move cases through their lifecycle: by staff, or all that waited for a signature (product-rules 7.6–7.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from cases.lifecycle import TRANSITIONS, CloseCode, Lifecycle
from cases.models import Case, CaseTransition, ExchangeRate
from cases.pricing.revenue import revenue
from clients.models import Client
from edge.rows import Statement
from staff.decision import decision
from staff.models import Staff

SIGNED_WHY = "The client signed the agreement"


@dataclass(frozen=True)
class Changed:
    """The case has been moved."""

    case: Case


@dataclass(frozen=True)
class NotAllowed:
    """The case cannot go from where it stands to there; nothing changed. A colleague may have moved it meanwhile."""

    before: Lifecycle
    to: Lifecycle


@dataclass(frozen=True)
class CloseCodeUnfit:
    """Closing needs a close code, and no other move takes one; nothing changed."""


@dataclass(frozen=True)
class RemainderUnfit:
    """The remainder must be from 0 to the amount of the claim; nothing changed."""

    amount: Decimal


type LifecycleOutcome = Changed | NotAllowed | CloseCodeUnfit | RemainderUnfit


@transaction.atomic
def change_lifecycle(
    *,
    case: Case,
    to: Lifecycle,
    by: Staff,
    why: str,
    at: datetime,
    close_code: CloseCode | None = None,
    remainder: Decimal | None = None,
) -> LifecycleOutcome:
    """
    Move a case; a second call finds it moved and returns NotAllowed.

    Without a `remainder` nothing remains of a case that is closed as paid, and any other keeps its own. Closing sets
    what the referral partner earned; reopening clears it.
    """
    case = Case.objects.lock().get(pk=case.pk)
    before = Lifecycle(case.lifecycle)
    if to not in TRANSITIONS[before]:
        return NotAllowed(before, to)
    if (close_code is None) == (to is Lifecycle.CLOSED):
        return CloseCodeUnfit()
    if remainder is None:
        remainder = Decimal(0) if close_code is CloseCode.PAID else case.remainder
    if not 0 <= remainder <= case.amount:
        return RemainderUnfit(case.amount)
    with decision(by=by, why=why, what=f"Moved from {before.label} to {to.label}", about=case):
        _move(case, to, close_code, remainder, at)
        CaseTransition.objects.create(case=case, at=at, by=by, from_lifecycle=before, to_lifecycle=to, why=why)
    return Changed(case)


def _move(case: Case, to: Lifecycle, close_code: CloseCode | None, remainder: Decimal, at: datetime) -> None:
    case.lifecycle = to
    case.close_code = close_code or ""
    case.remainder = remainder
    case.earnings_usd = _earnings(case, close_code, at) if close_code else None
    case.updated_at = at
    case.finished_at = at if to.is_finished else None
    if to is Lifecycle.ACTIVE and case.collection_started_at is None:
        case.collection_started_at = at
    case.save(
        update_fields=[
            "lifecycle",
            "close_code",
            "remainder",
            "earnings_usd",
            "updated_at",
            "finished_at",
            "collection_started_at",
        ]
    )


def _earnings(case: Case, close_code: CloseCode, at: datetime) -> Decimal | None:
    """What the referral partner earned with it, in USD to the cent; None if the price or the rate is not known."""
    if not close_code.brings_money:
        return Decimal(0)
    usd_per_unit = ExchangeRate.objects.usd_per_unit([case.currency], on=at.date()).get(case.currency)
    earned = revenue(case, case.amount - case.remainder, usd_per_unit=usd_per_unit)
    return None if earned is None else earned.referral


class Released(NamedTuple):
    """How many cases were moved on."""

    cases: int


# Whoever moves a case locks its row, so this does not move one that was closed meanwhile. Plain SQL, so that one
# statement moves any number of cases and records the transition of each.
RELEASE = Statement(
    Released,
    """
WITH moved AS (
    UPDATE cases_case
       SET lifecycle = CASE WHEN skip_verification THEN 'PendingVerification' ELSE 'PendingVerificationInternal' END,
           updated_at = %(at)s
     WHERE client_id = %(client)s AND lifecycle = 'PendingContractSigning'
    RETURNING id, lifecycle
), step AS (
    INSERT INTO cases_casetransition (case_id, at, from_lifecycle, to_lifecycle, why)
    SELECT id, %(at)s, 'PendingContractSigning', lifecycle, %(why)s FROM moved
)
SELECT count(*) FROM moved
    """,
)


def release_signed_cases(*, client: Client, at: datetime) -> int:
    """
    Move on the client's cases that waited for its signature; return how many. A second call finds none. One statement.

    Call it in the transaction that signs and has locked the client's row, so that no case is created in between.
    """
    [released] = RELEASE.ask({"client": client.pk, "at": at, "why": SIGNED_WHY})
    return released.cases
