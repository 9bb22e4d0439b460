"""The answer about one client, the same for every operation that gives one (product-rules 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cases.api.case_body import results_body
from cases.case_stats import CaseStats, case_stats
from cases.claim import Claim
from cases.submit_cases import Created
from clients.agreement_status import AgreementStatus, Current, NeverSigned, Reason, SignAgain
from clients.models import Client, ReferralPartnerClientLink, User
from clients.models.client import users_of
from edge.query import page_body
from onboarding.api.lists import ClientPage, ClientsQuery, ListedClient
from onboarding.api.schemas import (
    AgreementBody,
    CaseStatsBody,
    ClientBody,
    ClientsBody,
    ClientsSummary,
    ClientWithCasesBody,
    CreditorBody,
    OnboardingLinks,
    UserBody,
)
from onboarding.journey.page_path import signing_url
from onboarding.registering.outcomes import Onboarded, Ready


def client_body(onboarded: Onboarded) -> ClientBody:
    """Build the answer; two statements, for users and cases, of which a new client has just those of the call."""
    if onboarded.is_replay:
        stats = case_stats([onboarded.link.pk]).get(onboarded.link.pk, CaseStats())
    else:
        stats = CaseStats(total=sum(isinstance(each, Created) for each in onboarded.submitted))
    return listed_body(ListedClient(onboarded, users_of(onboarded.link.client_id), stats))


def listed_body(listed: ListedClient) -> ClientBody:
    """The same of a client of a list, where all is loaded."""
    onboarded, stats = listed.onboarded, listed.stats
    link, agreement = onboarded.link, agreement_body(onboarded.link, onboarded.status)
    is_ready = isinstance(onboarded, Ready)
    return ClientBody(
        external_tenant_id=link.external_tenant_id,
        onboarding_done=is_ready,
        onboarding_links=None if is_ready else OnboardingLinks(url=agreement.sign_url),
        agreement=agreement,
        client=_creditor(link.client),
        users=[_user(user) for user in listed.users],
        is_attributed_client=link.is_attributed,
        referral_fee_percentage=link.fee_percentage,
        date_linked=link.created_at,
        case_stats=CaseStatsBody(cases_total=stats.total, cases_closed=stats.closed, earnings_usd=stats.earnings_usd),
    )


def client_with_cases_body(onboarded: Onboarded, claims: Sequence[Claim]) -> ClientWithCasesBody:
    """The answer to a call that sent these claims: with what became of each."""
    body = client_body(onboarded)
    results = results_body(
        onboarded.submitted,
        [claim.creditor_reference for claim in claims],
        signing_url=body.agreement.sign_url,
        return_urls=[claim.return_url for claim in claims],
    )
    return ClientWithCasesBody(**dict(body), case_results=results)


def clients_body(wanted: ClientsQuery, found: ClientPage) -> ClientsBody:
    """A page of clients; no statement."""
    counts = found.counts
    return ClientsBody(
        page=page_body(wanted, total=counts.total, here=len(found.clients)),
        summary=ClientsSummary(
            total_clients=counts.total,
            attributed_clients=counts.attributed,
            onboarding_complete=counts.complete,
            onboarding_pending=counts.total - counts.complete,
            total_cases=counts.cases,
        ),
        clients=[listed_body(each) for each in found.clients],
    )


def agreement_body(link: ReferralPartnerClientLink, status: AgreementStatus) -> AgreementBody:
    """Where the client of a link stands with the agreement, as partners read it."""
    signed, by, reason = _signed(status)
    return AgreementBody(
        signed_version=signed,
        current_version=status.current_number,
        must_sign_by=by,
        reason=reason,
        sign_url=signing_url(link, status),
    )


def _signed(status: AgreementStatus) -> tuple[int | None, datetime | None, Reason | None]:
    match status:
        case NeverSigned():
            return None, None, None
        case Current(signed_number=number, must_sign_by=by):
            return number, by, Reason.NEW_VERSION if by else None
        case SignAgain(signed_number=number, reason=reason, since=since):
            return number, since, reason


def _creditor(client: Client) -> CreditorBody:
    return CreditorBody(
        id=client.pk,
        company_name=client.name,
        company_registration_number=client.registration_number or None,
        office_email=client.support_email,
        office_phone=client.support_phone or None,
        country=client.country_name,
        address=client.address or None,
        zip_code=client.zip_code or None,
        city=client.city or None,
        state=client.state or None,
    )


def _user(user: User) -> UserBody:
    return UserBody(
        id=user.pk,
        name=user.name,
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email,
        role=user.role,
    )
