"""POST /clients about a company that we know: 409."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import LinkRequest
from partners.models import ReferralPartner
from tests.make import (
    make_client,
    make_link,
    make_partner,
    make_request,
    registration_body,
)
from tests.onboarding.api.conftest import statements

KNOWN = "An address in this request is known to us from"
SUPPORT = "Please write to support@debitura.example; name the externalTenantId."
OTHERWISE = f"If this is another company, send other addresses of it; plus-addresses will do. {SUPPORT}"


def test_a_company_that_nobody_has_must_approve(api: APIClient) -> None:
    make_client(admin="jane@acme.test")

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    url = f"https://onboarding.debitura.test/LinkApproval/{LinkRequest.objects.get().pk}"
    assert response.json() == {
        "type": "ClientExistsNeedsLinking",
        "message": f"{KNOWN} a company that must approve the link to you first. Hand it the URL in data.",
        "data": {"externalTenantId": "tenant-1", "onboardingLinks": {"url": url}, "isAttributedClient": False},
    }


def test_a_company_that_does_not_know_the_partner_is_for_support(api: APIClient, partner: ReferralPartner) -> None:
    client = make_client(admin="jane@acme.test")
    make_request(partner=partner, client=client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True)

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "ClientExistsNeedsLinking",
        "message": f"{KNOWN} a company that has not approved the link to you. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-1", "isAttributedClient": False},
    }


def test_a_company_of_another_partner_stays_there(api: APIClient) -> None:
    make_link(partner=make_partner(), client=make_client(admin="jane@acme.test"), tenant_id="theirs")

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "AlreadyLinkedToAnotherPartner",
        "message": f"{KNOWN} a company that is linked to another partner. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-1"},
    }


def test_a_company_that_the_partner_has_already_is_named_by_that_id(api: APIClient, partner: ReferralPartner) -> None:
    make_link(partner=partner, client=make_client(admin="jane@acme.test"), tenant_id="tenant-old")

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "AlreadyLinkedDifferentTenant",
        "message": f"{KNOWN} the client in data, which is linked to you. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-old"},
    }


def test_addresses_of_several_companies_are_for_support(api: APIClient) -> None:
    make_client(admin="jane@acme.test")
    make_link(client=make_client(support_email="office@acme.test"))

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "AmbiguousMatch",
        "message": f"{KNOWN} several companies, so that they cannot be told apart. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-1"},
    }


MATCHES: dict[str, dict[str, Any]] = {
    "an admin's by a user's": {"admin": "jane@acme.test"},
    "a user's by a user's": {"colleagues": ("jane@acme.test",)},
    "the support address by a user's": {"support_email": "jane@acme.test"},
    "an admin's by the support address": {"admin": "office@acme.test"},
    "the support address by itself": {"support_email": "office@acme.test"},
    "both": {"admin": "jane@acme.test", "support_email": "office@acme.test"},
    "in another form": {"admin": "JANE@ACME.test"},
}


@pytest.fixture(params=["nobody has it", "another partner has it"])
def make_match(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Make a company with these addresses, linked or not."""

    def make(**addresses: Any) -> None:
        client = make_client(name="Secret Holding", **addresses)
        if request.param == "another partner has it":
            make_link(client=client, tenant_id="secret-tenant")

    return make


@pytest.mark.parametrize("addresses", MATCHES.values(), ids=MATCHES)
def test_a_409_tells_nothing_of_whom_it_found_and_how(
    api: APIClient, make_match: Callable[..., None], addresses: dict[str, Any]
) -> None:
    """The same text, the same statements, whatever matched (product-rules 3.6)."""
    make_match(admin="first@else.test", support_email="jane@acme.test")
    usual, usual_statements = _answer_and_statements(api)
    _forget_matches()
    make_match(**addresses)

    answer, statements = _answer_and_statements(api)

    assert answer == usual
    assert statements == usual_statements
    assert b"ecret" not in answer


def _answer_and_statements(api: APIClient) -> tuple[bytes, list[str]]:
    api.get("/clients/nobody")  # the key's use is noted
    with CaptureQueriesContext(connection) as asked:
        response = api.post("/clients", registration_body())
    assert response.status_code == 409
    said = re.sub(rb"LinkApproval/[0-9a-f-]{36}", b"LinkApproval/id", response.content)
    return said, [re.split(r"WHERE|VALUES|SELECT \* FROM UNNEST| SET ", each)[0] for each in statements(asked)]


def _forget_matches() -> None:
    LinkRequest.objects.all().supersede()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clients_client SET support_email_key = NULL")
        cursor.execute("DELETE FROM clients_user")
        cursor.execute("DELETE FROM clients_emailaddress")


def test_a_409_about_the_partners_own_client_writes_nothing(api: APIClient, partner: ReferralPartner) -> None:
    client = make_client(admin="jane@acme.test", support_email="office@acme.test")
    make_link(partner=partner, client=client, tenant_id="tenant-old")
    api.get("/clients/nobody")

    with CaptureQueriesContext(connection) as asked:
        api.post("/clients", registration_body())

    assert not [each["sql"] for each in asked if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_addresses_of_a_withdrawn_client_are_gone_and_match_no_more(api: APIClient) -> None:
    make_client(admin="jane@acme.test", withdrawn_at=timezone.now())
    _forget_matches()

    assert api.post("/clients", registration_body()).status_code == 202
