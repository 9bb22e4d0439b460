"""Calls about clients with cases, where debtors in Germany can be collected from."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Client, LinkRequest, ReferralPartnerClientLink
from onboarding.approving.approve_link import approve_link
from onboarding.models import Purpose
from tests.make import (
    make_coverage,
    make_proof,
    make_rate,
    registration_body,
)
from tests.onboarding.signer import sign


@pytest.fixture(autouse=True)
def _germany_is_covered(db: None) -> None:
    make_coverage(country="DE")
    make_rate("EUR", "1.10")


def body(*cases: dict[str, Any], tenant_id: str = "tenant-1", **client: Any) -> dict[str, Any]:
    return {**registration_body(tenant_id, **client), "cases": list(cases)}


BROKEN = {
    "AssignedUserUnknown": {"assignedUserEmail": "else@acme.test"},
    "CreditorDivisionUnknown": {"creditorDivisionId": "6c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"},
}


def sign_in_full() -> None:
    """Sign for the only client, as its admin does on the pages."""
    link = ReferralPartnerClientLink.objects.get()
    Client.objects.update(details_confirmed_at=timezone.now(), users_confirmed_at=timezone.now())
    make_proof(link, browser="mine")
    sign(link)


def ask(api: APIClient, *cases: dict[str, Any]) -> LinkRequest:
    assert api.post("/clients", body(*cases)).status_code == 409
    return LinkRequest.objects.latest("created_at")


def approve(request: LinkRequest) -> Any:
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return approve_link(link_request=request, browser="mine", at=timezone.now())
