"""People and signatures for calls about clients."""

from __future__ import annotations

from typing import Any

from django.test.utils import CaptureQueriesContext

from clients.models import ReferralPartnerClientLink
from tests.make import (
    make_signature,
)

JANE = {"name": "Jane Ann Doe", "email": "jane@acme.test"}


def user(number: int, **facts: Any) -> dict[str, Any]:
    return {"name": f"User {number}", "email": f"user{number}@acme.test", "isOnboardingUser": number == 0, **facts}


def sign(tenant_id: str = "tenant-1") -> None:
    make_signature(ReferralPartnerClientLink.objects.get(external_tenant_id=tenant_id))


def statements(asked: CaptureQueriesContext) -> list[str]:
    """Without what begins and ends transactions."""
    return [
        each["sql"]
        for each in asked
        if not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT"))
    ]
