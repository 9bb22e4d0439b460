"""The answer about one client, the same for every operation that gives one (product-rules 5)."""

from __future__ import annotations

from datetime import datetime

from clients.agreement_status import AgreementStatus, Current, NeverSigned, Reason, SignAgain
from clients.models import Client, ReferralPartnerClientLink, User
from clients.models.client import users_of
from onboarding.journey import signing_url
from onboarding.onboard import Onboarded, Ready
from onboarding.schemas import AgreementBody, CaseStats, ClientBody, CreditorBody, OnboardingLinks, UserBody


def client_body(onboarded: Onboarded) -> ClientBody:
    """Build the answer; one statement, for the users."""
    link, agreement = onboarded.link, agreement_body(onboarded.link, onboarded.status)
    is_ready = isinstance(onboarded, Ready)
    return ClientBody(
        external_tenant_id=link.external_tenant_id,
        onboarding_done=is_ready,
        onboarding_links=None if is_ready else OnboardingLinks(url=agreement.sign_url),
        agreement=agreement,
        client=_creditor(link.client),
        users=[_user(user) for user in users_of(link.client_id)],
        is_attributed_client=link.is_attributed,
        referral_fee_percentage=link.fee_percentage,
        date_linked=link.created_at,
        kyc_status=None,
        case_stats=CaseStats(cases_total=0, cases_closed=0, earnings_usd=0),
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
