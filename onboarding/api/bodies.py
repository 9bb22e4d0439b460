"""The answer about one client, the same for every operation that gives one (product-rules 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from cases.api.case_body import results_body
from cases.case_stats import CaseStats, case_stats
from cases.claim import Claim
from cases.submit_cases import Created
from clients.agreement_status import AgreementStatus, Current, NeverSigned, Reason, SignAgain
from clients.models import Client, ReferralPartnerClientLink, User
from clients.models.client import users_of
from edge.errors import ApiError, BusinessError, rate_limited
from edge.query import page_body
from onboarding.api.lists import ClientPage, ClientsQuery, ListedClient
from onboarding.api.schemas import (
    AgreementBody,
    BusinessErrorsBody,
    CaseStatsBody,
    ClientBody,
    ClientsBody,
    ClientsSummary,
    ClientWithCasesBody,
    Conflict,
    ConflictBody,
    ConflictType,
    CreditorBody,
    NeedsLinkingBody,
    NeedsLinkingData,
    OnboardingLinks,
    TenantData,
    UserBody,
)
from onboarding.approving.approval_path import approval_url
from onboarding.journey.page_path import signing_url
from onboarding.registering.outcomes import (
    Ambiguous,
    Disowned,
    LinkedElsewhere,
    LinkedUnderOtherId,
    NeedsApproval,
    Onboarded,
    Ready,
    RulesBroken,
)

# An address can stand for another company than this one: a bookkeeper's, or a group's mailbox (product-rules 3.4).
KNOWN = "An address in this request is known to us from"
OTHERWISE = "If this is another company, send other addresses of it; plus-addresses will do."
SUPPORT = "Please write to {contact}; name the externalTenantId."


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


def conflict_body(refusal: NeedsApproval | Disowned | LinkedElsewhere | LinkedUnderOtherId | Ambiguous) -> Conflict:
    """A 409: who must act before the client can be the partner's."""
    match refusal:
        case NeedsApproval(request):
            message = f"{KNOWN} a company that must approve the link to you first. Hand it the URL in data."
            return _needs_linking(message, request.external_tenant_id, OnboardingLinks(url=approval_url(request)))
        case Disowned(external_tenant_id):
            message = _ask_support("a company that has not approved the link to you")
            return _needs_linking(message, external_tenant_id, None)
        case LinkedElsewhere(external_tenant_id):
            whose = "a company that is linked to another partner"
            return _conflict("AlreadyLinkedToAnotherPartner", external_tenant_id, whose)
        case LinkedUnderOtherId(linked_under):
            whose = "the client in data, which is linked to you"
            return _conflict("AlreadyLinkedDifferentTenant", linked_under, whose)
        case Ambiguous(external_tenant_id):
            whose = "several companies, so that they cannot be told apart"
            return _conflict("AmbiguousMatch", external_tenant_id, whose)


def _needs_linking(message: str, external_tenant_id: str, links: OnboardingLinks | None) -> Conflict:
    data = NeedsLinkingData(external_tenant_id=external_tenant_id, onboarding_links=links, is_attributed_client=False)
    return Conflict(NeedsLinkingBody(message=message, data=data))


def _conflict(type: ConflictType, external_tenant_id: str, whose: str) -> Conflict:
    data = TenantData(external_tenant_id=external_tenant_id)
    return Conflict(ConflictBody(type=type, message=_ask_support(whose), data=data))


def _ask_support(whose: str) -> str:
    return f"{KNOWN} {whose}. {OTHERWISE} {_support()}"


def _support() -> str:
    return SUPPORT.format(contact=settings.SUPPORT_CONTACT)


def rules_body(broken: RulesBroken) -> BusinessErrorsBody:
    """A 422: every rule that a case breaks."""
    errors = [BusinessError(type=rule.type, message=rule.message, solution_url=None) for rule in broken.rules]
    return BusinessErrorsBody(business_errors=errors)


def too_often(retry_after: timedelta) -> ApiError:
    """Make the 429 of a partner that was told of too many companies."""
    message = f"You were told of too many companies that we know already within a day. Try again later. {_support()}"
    return rate_limited(retry_after.total_seconds(), message)


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
