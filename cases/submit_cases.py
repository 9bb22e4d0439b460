"""Create the cases that come with a client, or say for each why not (product-rules 7.3–7.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from psycopg.sql import SQL, Identifier

from cases.claim import Claim, Debtor
from cases.models import Case, CollectionPartner, SubmissionError, SubmittedCase
from cases.models.case import draw_reference
from cases.pricing.standard_fees import Age, age_uplift, standard_price
from cases.routing import NOBODY, Routed, Wanted, route_with_rates
from clients.models import ReferralPartnerClientLink, User
from edge.rows import Statement

CREATED_WHY = "Came with the client"
NAMED_PARTNER = "The collection partner that was asked for does not cover this debtor and amount, or takes no cases."
DUPLICATE = "This creditor reference is in use. Send the case with another one."
UNKNOWN = "The client was created by an earlier call that did not have this case, and a repeated call creates none."


@dataclass(frozen=True)
class Created:
    """The claim has a case, as it is now."""

    case: Case


@dataclass(frozen=True)
class NotPlaced:
    """The claim has no case; `message` says why, in words for the partner."""

    error_type: SubmissionError
    message: str


type Submitted = Created | NotPlaced


def submit_cases(
    *, link: ReferralPartnerClientLink, claims: Sequence[Claim], assigned: Mapping[str, User], at: datetime
) -> list[Submitted]:
    """
    Create a case for each claim that somebody covers; return the outcome of each, in order. At most five statements.

    Call it in the transaction that makes the link and has locked the client's row. `assigned` has the user for each
    address that claims are assigned to, spelled as in the claims; a claim whose address is missing there is assigned to
    nobody. The database refuses a second call for the same link; `answer_repeat` is for that.
    """
    if not claims:
        return []
    outcomes = _outcomes(link, claims, assigned, at)
    _insert([each.case for each in outcomes if isinstance(each, Created) and each.case._state.adding])
    _load_collection_partners([each.case for each in outcomes if isinstance(each, Created)])
    _record(link, claims, outcomes)
    return outcomes


def answer_repeat(*, link: ReferralPartnerClientLink, claims: Sequence[Claim]) -> list[Submitted]:
    """
    Look up what the call that made the link did with each of these claims; creates nothing.

    Claims are recognised by the creditor's reference, else by position and digest. Cases are returned as they are now.
    One statement.
    """
    if not claims:
        return []
    records = SubmittedCase.objects.filter(link=link).select_related("case__collection_partner", "case__assigned_user")
    known = {_key(record.creditor_reference, record.position, record.digest): record for record in records}
    return [
        _as_recorded(known.get(_key(claim.creditor_reference, position, claim.digest())), link)
        for position, claim in enumerate(claims)
    ]


def _key(creditor_reference: str, position: int, digest: str) -> str | tuple[int, str]:
    return creditor_reference or (position, digest)


def _as_recorded(record: SubmittedCase | None, link: ReferralPartnerClientLink) -> Submitted:
    if record is None:
        return NotPlaced(SubmissionError.IDEMPOTENCY_VIOLATION, UNKNOWN)
    if record.case is None:
        return NotPlaced(SubmissionError(record.error_type), record.error_message)
    record.case.link, record.case.client = link, link.client
    return Created(record.case)


def _outcomes(
    link: ReferralPartnerClientLink, claims: Sequence[Claim], assigned: Mapping[str, User], at: datetime
) -> list[Submitted]:
    """Decide the outcome of each claim; new cases are not saved yet."""
    standing = _standing(link, claims)
    routes = route_with_rates([Wanted.of(claim) for claim in claims], at=at)
    return [
        standing.get(claim.creditor_reference) or _place(link, claim, routed, assigned, at)
        for claim, routed in zip(claims, routes, strict=True)
    ]


def _standing(link: ReferralPartnerClientLink, claims: Sequence[Claim]) -> dict[str, Submitted]:
    """What the client already has, by the creditor's reference. A case of another link is not shown."""
    references = [claim.creditor_reference for claim in claims if claim.creditor_reference]
    cases = Case.objects.filter(client=link.client_id, creditor_reference__in=references)
    return {case.creditor_reference: _as_standing(case, link) for case in cases}


def _as_standing(case: Case, link: ReferralPartnerClientLink) -> Submitted:
    if case.link_id != link.pk:
        return NotPlaced(SubmissionError.DUPLICATE_REFERENCE, DUPLICATE)
    case.link, case.client = link, link.client
    return Created(case)


def _place(
    link: ReferralPartnerClientLink, claim: Claim, routed: Routed, assigned: Mapping[str, User], at: datetime
) -> Submitted:
    if routed.collection_partner_id is None:
        why = NAMED_PARTNER if claim.collection_partner_id else NOBODY
        return NotPlaced(SubmissionError.NO_PARTNER_AVAILABLE, why)
    said = {name: getattr(claim, name) for name in SAID}
    debtor = {f"debtor_{name}": getattr(claim.debtor, name) for name in OF_DEBTOR}
    case = Case(
        **said,
        **debtor,
        **_price(claim, routed.usd_per_unit, at),
        link=link,
        client=link.client,
        partner_id=link.partner_id,
        collection_partner_id=routed.collection_partner_id,
        assigned_user=assigned.get(claim.assigned_user_email),
        remainder=claim.amount,
        created_at=at,
        updated_at=at,
    )
    return Created(case)


def _price(claim: Claim, usd_per_unit: Decimal | None, at: datetime) -> dict[str, Decimal | None]:
    """The price by the standard agreement; None where the currency has no rate."""
    age = Age(claim.due_date, claim.over_12_months, claim.over_24_months)
    price = standard_price(claim.amount, claim.debtor.country, age, usd_per_unit=usd_per_unit, on=at.date())
    has_parts = claim.over_12_months is not None
    return {
        "success_fee_percentage": None if price is None else price.total,
        "age_uplift_points": age_uplift(claim.amount, age, on=at.date()) if has_parts else None,
    }


OF_DEBTOR = [field.name for field in fields(Debtor)]
# The fields that claims and cases have in common.
SAID = sorted(
    {field.name for field in fields(Claim)}
    & {field.attname for field in Case._meta.concrete_fields} - {"collection_partner_id"}
)

COLUMNS = [field.attname for field in Case._meta.concrete_fields]


class Made(NamedTuple):
    """A case that was inserted."""

    id: UUID


# Inserts the first transition of each case as well. A case whose reference is taken is left out, without an error. The
# ORM needs two statements, and does not tell which rows a conflict left out.
INSERT = Statement(
    Made,
    """
    WITH made AS (
        INSERT INTO cases_case ({columns})
        SELECT {columns} FROM jsonb_populate_recordset(NULL::cases_case, %s::jsonb)
        ON CONFLICT (reference) DO NOTHING RETURNING id, created_at, lifecycle
    ), step AS (
        INSERT INTO cases_casetransition (case_id, at, from_lifecycle, to_lifecycle, why)
        SELECT id, created_at, '', lifecycle, %s FROM made
    )
    SELECT id FROM made
    """,
    columns=SQL(", ").join(map(Identifier, COLUMNS)),
)


def _insert(cases: Sequence[Case]) -> None:
    """Insert these in one statement, and once more, under a new reference, those whose reference was taken."""
    if not cases:
        return
    rows = [{column: getattr(case, column) for column in COLUMNS} for case in cases]
    made = {row.id for row in INSERT.ask([json.dumps(rows, default=str), CREATED_WHY])}
    for case in cases:
        if case.pk in made:
            case._state.adding, case._state.db = False, DEFAULT_DB_ALIAS
        else:
            case.reference = draw_reference()
    _insert([case for case in cases if case.pk not in made])


def _load_collection_partners(cases: Sequence[Case]) -> None:
    known = CollectionPartner.objects.in_bulk({case.collection_partner_id for case in cases})
    for case in cases:
        case.collection_partner = known[case.collection_partner_id]


def _record(link: ReferralPartnerClientLink, claims: Sequence[Claim], outcomes: Sequence[Submitted]) -> None:
    SubmittedCase.objects.bulk_create(
        SubmittedCase(
            link=link,
            position=position,
            creditor_reference=claim.creditor_reference,
            digest=claim.digest(),
            **_became(outcome),
        )
        for position, (claim, outcome) in enumerate(zip(claims, outcomes, strict=True))
    )


def _became(outcome: Submitted) -> dict[str, Any]:
    match outcome:
        case Created(case):
            return {"case": case}
        case NotPlaced(error_type, message):
            return {"error_type": error_type, "error_message": message}
