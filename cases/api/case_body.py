"""A whole case in JSON, the same in every answer that has one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field, PlainSerializer

from cases import claim, lifecycle
from cases.api.words import CaseErrorType, CloseCode, DebtorType, Lifecycle
from cases.jurisdictions import us_states
from cases.models import Case
from cases.submit_cases import Created, NotPlaced, Submitted
from clients.countries import country_name
from edge.shapes import Answer, left_out

# At most sixteen digits, which a double can hold.
Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class DebtorBody(Answer):
    """Who owes."""

    type: DebtorType
    name: str
    contact_person: str | None
    company_registration_number: str | None
    address: str | None
    zip_code: str | None
    city: str | None
    state: str | None
    state_alpha2: str | None = Field(description="Of a US state.")
    country_alpha2: str
    country: str
    email: str | None
    phone: str | None


class CollectionPartnerBody(Answer):
    """Who collects."""

    name: str
    office_email: str | None
    office_phone: str | None
    public_site: str | None


class CaseCreditorBody(Answer):
    """For whom it is collected."""

    id: UUID
    company_name: str
    company_registration_number: str | None
    office_email: str
    office_phone: str | None
    address: str | None
    city: str | None
    zip_code: str | None
    state: str | None
    country: str


class AssignedUserBody(Answer):
    """Who gets the mails about the case."""

    email: str
    name: str


class SigningHandoff(Answer):
    """Where what is still to be signed is signed."""

    combined_signing_url: str


class NeedsInfo(Answer):
    """Whether the creditor has to act."""

    needs_info: bool


class Outstanding(Answer):
    """What is open, by kind."""

    principal: Number
    interest: Number
    reminder_fees: Number
    collection_fees: Number


class CaseBody(Answer):
    """A case. Amounts are in its currency; what there is nothing of yet is 0, null or left out."""

    id: UUID
    date_created: datetime.datetime
    date_updated: datetime.datetime
    reference: str = Field(description="Ours, for people: eight characters.")
    creditor_reference: str | None
    creditor_comments: str | None
    claim_description: str | None
    gross_amount: Number
    remainder: Number
    interest_fees: Number
    reminder_fees: Number
    collection_fees: Number
    total_added_fees: Number
    currency: str
    is_test_case: bool
    lifecycle: Lifecycle
    due_date: datetime.datetime | None = left_out("The day, as the moment in UTC at which it begins.")
    date: datetime.datetime | None = left_out("The day, as the moment in UTC at which it begins.")
    date_finished: datetime.datetime | None
    date_collection_started: datetime.datetime | None
    close_code: CloseCode | None
    current_engagement_phase: str | None
    claim_type: str | None
    creditor_division_id: UUID | None
    debtor: DebtorBody
    collection_partner: CollectionPartnerBody
    creditor: CaseCreditorBody
    blended_age_uplift_points: Number | None = Field(description="Of a claim with parts by age.")
    pre_legal_success_fee: Number | None = Field(
        description="Percent of what is recovered, the uplift for age included, as it was when the case was created; "
        "null where its currency has no rate yet."
    )
    solution_url: str | None
    signing_handoff: SigningHandoff | None = left_out("There while the case waits for the signature.")
    exclusive_period_end_date: datetime.datetime | None
    dispute_status: str | None
    validation: NeedsInfo
    assigned_user: AssignedUserBody | None = left_out()
    allocation_outstanding: Outstanding


class CaseFailureBody(Answer):
    """A case that was not created, and why."""

    case_index: int = Field(description="Its position in the request, from 0.")
    creditor_reference: str | None
    error_type: CaseErrorType
    error_message: str
    validation_errors: dict[str, list[str]] | None


class CaseResultsBody(Answer):
    """What became of the cases of a request: each is in one of the two lists, in the request's order."""

    successful_cases: list[CaseBody]
    failed_cases: list[CaseFailureBody]


def midnight(day: datetime.date) -> datetime.datetime:
    """A day as the contract has it: the moment in UTC at which it begins."""
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def results_body(
    submitted: Sequence[Submitted], references: Sequence[str], *, signing_url: str | None, return_urls: Sequence[str]
) -> CaseResultsBody:
    """Build both lists. `references` and `return_urls` are the request's, one for each case, in its order."""
    created = [
        case_body(each.case, signing_url=_with_return(signing_url, back))
        for each, back in zip(submitted, return_urls, strict=True)
        if isinstance(each, Created)
    ]
    failed = [
        _failure(index, reference, each)
        for index, (each, reference) in enumerate(zip(submitted, references, strict=True))
        if isinstance(each, NotPlaced)
    ]
    return CaseResultsBody(successful_cases=created, failed_cases=failed)


def _with_return(url: str | None, back: str) -> str | None:
    return f"{url}?{urlencode({'returnUrl': back})}" if url and back else url


def _failure(index: int, reference: str, failure: NotPlaced) -> CaseFailureBody:
    return CaseFailureBody(
        case_index=index,
        creditor_reference=reference or None,
        error_type=failure.error_type,
        error_message=failure.message,
        validation_errors=None,
    )


def case_body(case: Case, *, signing_url: str | None) -> CaseBody:
    """Build the answer; no query if client, collection partner and assigned user are loaded."""
    stands, nothing = lifecycle.Lifecycle(case.lifecycle), Decimal(0)
    waits = stands is lifecycle.Lifecycle.PENDING_CONTRACT_SIGNING and signing_url is not None
    return CaseBody(
        id=case.pk,
        date_created=case.created_at,
        date_updated=case.updated_at,
        reference=case.reference,
        creditor_reference=case.creditor_reference or None,
        creditor_comments=case.comments or None,
        claim_description=case.description or None,
        gross_amount=case.amount,
        remainder=case.remainder,
        interest_fees=nothing,
        reminder_fees=nothing,
        collection_fees=nothing,
        total_added_fees=nothing,
        currency=case.currency,
        is_test_case=case.is_test,
        lifecycle=stands.label,
        due_date=midnight(case.due_date) if case.due_date else None,
        date=midnight(case.date) if case.date else None,
        date_finished=case.finished_at,
        date_collection_started=case.collection_started_at,
        close_code=lifecycle.CloseCode(case.close_code).label if case.close_code else None,
        current_engagement_phase=None,
        claim_type=None,
        creditor_division_id=None,
        debtor=_debtor(case),
        collection_partner=_collection_partner(case),
        creditor=_creditor(case),
        blended_age_uplift_points=case.age_uplift_points,
        pre_legal_success_fee=case.success_fee_percentage,
        solution_url=None,
        signing_handoff=SigningHandoff(combined_signing_url=signing_url) if waits and signing_url else None,
        exclusive_period_end_date=None,
        dispute_status=None,
        validation=NeedsInfo(needs_info=stands is lifecycle.Lifecycle.NEEDS_ADDITIONAL_DETAILS),
        assigned_user=_assigned(case),
        allocation_outstanding=Outstanding(
            principal=case.remainder, interest=nothing, reminder_fees=nothing, collection_fees=nothing
        ),
    )


def _debtor(case: Case) -> DebtorBody:
    return DebtorBody(
        type="Company" if case.debtor_type == claim.DebtorType.COMPANY else "Person",
        name=case.debtor_name,
        contact_person=case.debtor_contact_person or None,
        company_registration_number=case.debtor_registration_number or None,
        address=case.debtor_address or None,
        zip_code=case.debtor_zip_code or None,
        city=case.debtor_city or None,
        state=case.debtor_state or us_states().get(case.debtor_state_code),
        state_alpha2=case.debtor_state_code or None,
        country_alpha2=case.debtor_country,
        country=country_name(case.debtor_country),
        email=case.debtor_email or None,
        phone=case.debtor_phone or None,
    )


def _collection_partner(case: Case) -> CollectionPartnerBody:
    partner = case.collection_partner
    return CollectionPartnerBody(
        name=partner.name,
        office_email=partner.office_email or None,
        office_phone=partner.office_phone or None,
        public_site=partner.public_site or None,
    )


def _creditor(case: Case) -> CaseCreditorBody:
    client = case.client
    return CaseCreditorBody(
        id=client.pk,
        company_name=client.name,
        company_registration_number=client.registration_number or None,
        office_email=client.support_email,
        office_phone=client.support_phone or None,
        address=client.address or None,
        city=client.city or None,
        zip_code=client.zip_code or None,
        state=client.state or None,
        country=client.country_name,
    )


def _assigned(case: Case) -> AssignedUserBody | None:
    user = case.assigned_user
    return None if user is None else AssignedUserBody(email=user.email, name=user.name)
