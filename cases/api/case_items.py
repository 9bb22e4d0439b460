"""Cases in lists, and a single case with the revenue that it may bring."""

from __future__ import annotations

import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from cases import lifecycle
from cases.api.case_body import NeedsInfo, Number, midnight
from cases.api.find_cases import CaseCounts
from cases.api.words import CloseCode, Lifecycle
from cases.models import Case
from cases.pricing.revenue import revenue
from clients.countries import country_name
from clients.models import Client, User
from clients.models.client import Role
from edge.query import PageBody
from edge.shapes import Answer, left_out


class ContactUser(Answer):
    """A person at the client."""

    email: str
    name: str


class ClientContacts(Answer):
    """Whom to ask about a case."""

    onboarding_user: ContactUser | None = left_out("Who signs; left out while the client has nobody who may.")
    office_email: str
    other_users: list[ContactUser]


class CaseClient(Answer):
    """Whose case it is."""

    external_tenant_id: str
    creditor_id: UUID
    company_name: str
    contacts: ClientContacts | None = left_out("Left out once the client is not yours any more.")


class CaseDebtor(Answer):
    """Against whom."""

    name: str
    country: str


class CaseValidationItem(Answer):
    """A thing that the creditor has to do."""

    resolution_area: str | None
    description: str | None


class CaseValidation(NeedsInfo):
    """What the creditor has to do; nothing is listed yet."""

    creditor_responded_at: datetime.datetime | None
    items: list[CaseValidationItem]


class CaseItem(Answer):
    """A case in a list."""

    id: UUID
    reference: str
    creditor_reference: str | None
    client: CaseClient
    debtor: CaseDebtor
    gross_amount: Number
    remainder: Number
    currency: str
    lifecycle: Lifecycle
    close_code: CloseCode | None
    current_engagement_phase: str | None
    date_created: datetime.datetime
    due_date: datetime.datetime | None = left_out("The day, as the moment in UTC at which it begins.")
    date_collection_started: datetime.datetime | None
    date_finished: datetime.datetime | None
    validation: CaseValidation
    collection_partner: str
    expected_referral_rate_percentage: Number = Field(description="The fee that was frozen on the link; in percent.")


class PotentialRevenue(Answer):
    """What comes in if all is collected; in USD at the newest rate, percentages as numbers (9.5 is 9.5 %)."""

    gross_amount_usd: Number
    success_fee_percentage: Number
    collection_partner_revenue_usd: Number
    platform_revenue_share_percentage: Number
    platform_revenue_usd: Number
    referral_fee_percentage: Number
    referral_revenue_usd: Number


class CaseDetail(CaseItem):
    """One case."""

    potential_revenue: PotentialRevenue | None = left_out("Left out while its currency has no rate.")


class LifecycleBreakdown(Answer):
    """How many stand where."""

    active: int
    pending: int = Field(description="Not active yet: waiting for the signature, verification, details or quotes.")
    closed: int = Field(description="Merged ones too.")
    paused: int


class CasesSummary(Answer):
    """Of all cases that were asked for, whatever the page."""

    total_cases: int
    cases_this_month: int
    by_lifecycle: LifecycleBreakdown


class CasesBody(Answer):
    """A page of cases."""

    page: PageBody
    cases: list[CaseItem]
    summary: CasesSummary


def case_item(case: Case) -> CaseItem:
    """Build a case of a list; no query if link, client, its users and collection partner are loaded."""
    stands = lifecycle.Lifecycle(case.lifecycle)
    return CaseItem(
        id=case.pk,
        reference=case.reference,
        creditor_reference=case.creditor_reference or None,
        client=_client(case),
        debtor=CaseDebtor(name=case.debtor_name, country=country_name(case.debtor_country)),
        gross_amount=case.amount,
        remainder=case.remainder,
        currency=case.currency,
        lifecycle=stands.label,
        close_code=lifecycle.CloseCode(case.close_code).label if case.close_code else None,
        current_engagement_phase=None,
        date_created=case.created_at,
        due_date=midnight(case.due_date) if case.due_date else None,
        date_collection_started=case.collection_started_at,
        date_finished=case.finished_at,
        validation=CaseValidation(
            needs_info=stands is lifecycle.Lifecycle.NEEDS_ADDITIONAL_DETAILS, creditor_responded_at=None, items=[]
        ),
        collection_partner=case.collection_partner.name,
        expected_referral_rate_percentage=case.link.fee_percentage,
    )


def case_detail(case: Case, *, usd_per_unit: Decimal | None) -> CaseDetail:
    """Build a single case: as in lists, with the potential revenue, which needs the rate."""
    return CaseDetail(**dict(case_item(case)), potential_revenue=_revenue(case, usd_per_unit))


def _revenue(case: Case, usd_per_unit: Decimal | None) -> PotentialRevenue | None:
    if (all_of_it := revenue(case, case.amount, usd_per_unit=usd_per_unit)) is None:
        return None
    return PotentialRevenue(
        gross_amount_usd=all_of_it.recovered,
        success_fee_percentage=case.success_fee_percentage,
        collection_partner_revenue_usd=all_of_it.collection_partner,
        platform_revenue_share_percentage=case.collection_partner.platform_share_percentage,
        platform_revenue_usd=all_of_it.platform,
        referral_fee_percentage=case.link.fee_percentage,
        referral_revenue_usd=all_of_it.referral,
    )


def summary_body(counts: CaseCounts) -> CasesSummary:
    """Build the summary above a list."""
    return CasesSummary(
        total_cases=counts.total,
        cases_this_month=counts.this_month,
        by_lifecycle=LifecycleBreakdown(
            active=counts.active, pending=counts.pending, closed=counts.closed, paused=counts.paused
        ),
    )


def _client(case: Case) -> CaseClient:
    client = case.client
    return CaseClient(
        external_tenant_id=case.link.external_tenant_id,
        creditor_id=client.pk,
        company_name=client.name,
        contacts=_contacts(client) if case.link.archived_at is None else None,
    )


def _contacts(client: Client) -> ClientContacts:
    """The client's people; the first admin is the onboarding user."""
    users = list(client.users.all())
    admin = next((user for user in users if user.role == Role.CREDITOR_ADMIN), None)
    return ClientContacts(
        onboarding_user=None if admin is None else _contact(admin),
        office_email=client.support_email,
        other_users=[_contact(user) for user in users if user is not admin],
    )


def _contact(user: User) -> ContactUser:
    return ContactUser(email=user.email, name=user.name)
