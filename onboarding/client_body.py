"""The answer about one client, the same for every operation that gives one (product-rules 5)."""

from __future__ import annotations

from clients.models import Client, User
from clients.models.client import users_of
from onboarding.journey import signing_url
from onboarding.onboard import AwaitingSignature, Onboarded, Ready
from onboarding.schemas import CaseStats, ClientBody, CreditorBody, OnboardingLinks, UserBody


def client_body(onboarded: Onboarded) -> ClientBody:
    """Build the answer; one statement, for the users."""
    link = onboarded.link
    return ClientBody(
        external_tenant_id=link.external_tenant_id,
        onboarding_done=isinstance(onboarded, Ready),
        onboarding_links=_links(onboarded),
        client=_creditor(link.client),
        users=[_user(user) for user in users_of(link.client_id)],
        is_attributed_client=link.is_attributed,
        referral_fee_percentage=link.fee_percentage,
        date_linked=link.created_at,
        kyc_status=None,
        case_stats=CaseStats(cases_total=0, cases_closed=0, earnings_usd=0),
    )


def _links(onboarded: Onboarded) -> OnboardingLinks | None:
    match onboarded:
        case Ready():
            return None
        case AwaitingSignature(link, status):
            return OnboardingLinks(url=signing_url(link, status))


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
