"""Acme, registered by a partner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from onboarding.registering.onboard import onboard_client
from onboarding.registering.outcomes import NeedsApproval, Outcome
from onboarding.registering.registration import Company, Person, Registration
from partners.models import ReferralPartner

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
JANE = Person(name="Jane Ann Doe", email="Jane@Acme.test", is_onboarding_user=True)
ACME = Company(name="Acme A/S", country="DK", support_email="office@acme.test")


def registration(tenant_id: str = "tenant-1", *, people: tuple[Person, ...] = (JANE,), **company: str) -> Registration:
    return Registration(external_tenant_id=tenant_id, company=replace(ACME, **company), people=people)


def onboard(partner: ReferralPartner, tenant_id: str = "tenant-1", **facts: Any) -> Outcome:
    return onboard_client(partner=partner, registration=registration(tenant_id, **facts), at=NOW)


def asked(outcome: Outcome) -> str:
    """The tenant id under which the client's approval was asked for."""
    assert isinstance(outcome, NeedsApproval)
    return outcome.request.external_tenant_id
