"""GET /clients/{externalTenantId}."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from partners.models import ReferralPartner
from tests.make import (
    make_link,
    make_partner,
    registration_body,
)
from tests.onboarding.api.conftest import sign


def test_a_client_is_read_as_it_was_answered(api: APIClient) -> None:
    created = api.post("/clients", registration_body())

    read = api.get("/clients/tenant-1")

    assert (read.status_code, read.content) == (200, created.content)
    assert "Idempotent-Replayed" not in read.headers


def test_a_signed_client_is_read_as_done(api: APIClient) -> None:
    api.post("/clients", registration_body())
    sign()

    body = api.get("/clients/tenant-1").json()

    assert (body["onboardingDone"], "onboardingLinks" in body) == (True, False)


def _never_created(partner: ReferralPartner) -> None:
    pass


def _archived(partner: ReferralPartner) -> None:
    make_link(partner=partner, archived_at=timezone.now() + timedelta(seconds=1))


def _anothers(partner: ReferralPartner) -> None:
    make_link(partner=make_partner())


@pytest.mark.parametrize("make", [_never_created, _archived, _anothers])
def test_a_client_that_is_not_the_partners_now_is_a_404_like_any(
    api: APIClient, partner: ReferralPartner, make: Callable[[ReferralPartner], None]
) -> None:
    make(partner)

    response = api.get("/clients/tenant-1")

    assert response.status_code == 404
    assert response.json() == {
        "error": "NotFound",
        "message": "There is nothing here.",
        "businessErrors": [{"type": "NotFound", "message": "There is nothing here.", "solutionUrl": None}],
    }


@pytest.mark.parametrize(
    "tenant_id",
    [
        "a b",
        " a ",
        " a",
        "50%",
        "%2F",
        "a?b",
        "a#b",
        "a+b",
        "a&b=c",
        "ø",
        "株式会社",
        "😀",
        "...",
        ";a",
        "a:b",
        "A" * 255,
    ],
)
def test_any_tenant_id_is_read_under_its_percent_encoded_form(api: APIClient, tenant_id: str) -> None:
    api.post("/clients", registration_body(tenant_id))

    response = api.get("/clients/" + quote(tenant_id, safe=""))

    assert (response.status_code, response.json()["externalTenantId"]) == (200, tenant_id)


@pytest.mark.parametrize("other", ["TENANT-1", " tenant-1", "tenant-1 ", "tenant-1%00"])
def test_tenant_ids_are_compared_as_they_are(api: APIClient, other: str) -> None:
    api.post("/clients", registration_body("tenant-1"))

    assert api.get("/clients/" + quote(other, safe="%")).status_code == 404
