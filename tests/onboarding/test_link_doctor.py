"""The link doctor finds a client by whatever support has at hand, and says how things stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Agreement, Client, LinkRequest, ReferralPartnerClientLink
from onboarding.email_codes import request_code
from onboarding.link_doctor import diagnose, find_clients
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.make import make_client, make_link, make_partner, make_request, make_signature
from tests.onboarding.test_onboard import onboard


@pytest.fixture
def link(agreement: Agreement, partner: ReferralPartner) -> ReferralPartnerClientLink:
    make_client(name="Somebody Else", admin="else@else.test")
    client = make_client(name="Acme Holding A/S", admin="Jane@Acme.test", support_email="office@acme.test")
    return make_link(partner=partner, client=client, tenant_id="Tenant/4711".replace("/", "-"))


def says(client: Client, typed: str = "") -> str:
    return "\n".join(
        f"{part.what}: {part.says} {part.url}" for part in diagnose(client, typed, at=timezone.now()).parts
    )


@pytest.mark.parametrize(
    "typed",
    [
        "https://onboarding.debitura.test/companydetails/{link}",
        "  <https://onboarding.debitura.test/ContractUpgrade/Sign/{link}?returnUrl=x> ",
        "{LINK}",
        '"{link}"',
        "/LinkApproval/{request}",
        "{client}",
        "/companydetails/x/documents/{signature}",
        "Tenant-4711",
        "JANE@acme.test",
        " office@acme.test ",
        "acme hold",
    ],
)
def test_anything_at_hand_finds_the_client(link: ReferralPartnerClientLink, typed: str) -> None:
    ids = {"link": link.pk, "LINK": str(link.pk).upper(), "client": link.client_id}
    request = make_request(client=link.client, tenant_id="t-2")

    found = find_clients(typed.format(**ids, request=request.pk, signature=make_signature(link).pk))

    assert found == [link.client]


@pytest.mark.parametrize("typed", ["", "  ", "nobody@nowhere.test", "tenant-4711", "zzz", "<>"])
def test_what_fits_nobody_finds_nobody(link: ReferralPartnerClientLink, typed: str) -> None:
    assert find_clients(typed) == []


def test_a_new_client_waits_for_its_details(link: ReferralPartnerClientLink) -> None:
    said = says(link.client)

    assert "never signed. It waits for the client to confirm its company's details; the partner gets 202." in said
    assert f"https://onboarding.debitura.test/companydetails/{link.pk}" in said


def test_a_client_that_has_signed_is_ready(link: ReferralPartnerClientLink) -> None:
    make_signature(link)

    assert "Ready: the signature is current, and the partner gets 201." in says(link.client)


def test_an_archived_link_says_what_the_partner_gets(link: ReferralPartnerClientLink) -> None:
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now() + timedelta(seconds=1))

    assert "the partner gets 404" in says(link.client)


def test_an_open_request_says_until_when_and_where(link: ReferralPartnerClientLink) -> None:
    request = make_request(client=link.client, tenant_id="t-2")

    said = says(link.client)

    assert "It waits for an admin of the client to approve or decline, until" in said
    assert f"https://onboarding.debitura.test/LinkApproval/{request.pk}" in said


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"status": "Approved", "decided_by_user_id": 1}, "The client approved it on"),
        ({"status": "Declined", "decided_by_user_id": 1}, "The client declined it on"),
        ({"status": "Superseded"}, "Another outcome overtook it on"),
        ({"status": "Declined", "decided_by_user_id": 1, "is_unknown_to_client": True}, "which support can lift"),
    ],
)
def test_a_closed_request_says_what_became_of_it(
    link: ReferralPartnerClientLink, facts: dict[str, Any], sentence: str
) -> None:
    make_request(client=link.client, tenant_id="t-2", **facts)

    assert sentence in says(link.client)


def test_an_overdue_request_has_expired_before_the_worker_says_so(link: ReferralPartnerClientLink) -> None:
    now = timezone.now()
    make_request(
        client=link.client, tenant_id="t-2", created_at=now - timedelta(days=7), expires_at=now - timedelta(seconds=1)
    )

    assert "It expired on" in says(link.client)
    assert LinkRequest.objects.pending().exists()


def test_mails_and_conflicts_are_told(link: ReferralPartnerClientLink, rival: ReferralPartner) -> None:
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    onboard(rival, "theirs")

    said = says(link.client)

    assert "Code to Jane Ann Doe: The mail: waits for the worker. The code: not used, good until" in said
    assert "Conflict with Bookwise GmbH: Open. Asked 1 times." in said


def test_what_was_pasted_is_marked(link: ReferralPartnerClientLink) -> None:
    make_request(client=link.client, tenant_id="t-2")

    parts = diagnose(link.client, f"/companydetails/{link.pk}", at=timezone.now()).parts

    assert [part.what.split()[0] for part in parts if part.is_meant] == ["Link"]


def test_much_costs_as_many_statements_as_little(link: ReferralPartnerClientLink) -> None:
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    make_request(client=link.client, tenant_id="t-0")
    with CaptureQueriesContext(connection) as little:
        says(link.client)
    for number in range(1, 15):
        make_request(client=link.client, partner=make_partner(), tenant_id=f"t-{number}")

    with CaptureQueriesContext(connection) as much:
        says(link.client)

    assert len(much) == len(little)
