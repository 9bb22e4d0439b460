"""What the database refuses of links, requests and documents, whoever asks for it."""

from __future__ import annotations

from clients.models import Agreement, LinkRequest, SignedDocument
from tests.make import make_link, make_request, make_signature
from tests.refused import refused


def test_a_client_has_one_active_link(db: None) -> None:
    link = make_link()

    with refused("one_active_link_per_client"):
        make_link(client=link.client)


def test_a_tenant_id_stands_for_one_client(db: None) -> None:
    link = make_link()

    with refused("one_active_link_per_partner_and_tenant_id"):
        make_link(partner=link.partner)


def test_a_client_is_asked_by_a_partner_once_at_a_time(db: None) -> None:
    request = make_request()

    with refused("one_pending_request_per_partner_and_client"):
        make_request(partner=request.partner, client=request.client, tenant_id="tenant-2")


def test_under_a_tenant_id_one_client_is_asked_at_a_time(db: None) -> None:
    request = make_request()

    with refused("one_pending_request_per_partner_and_tenant_id"):
        make_request(partner=request.partner)


def test_at_its_deadline_a_request_cannot_be_approved(db: None) -> None:
    request = make_request()

    with refused("request_is_approved_before_its_deadline"):
        LinkRequest.objects.update(status="Approved", decided_at=request.expires_at, decided_by_user_id=1)


def test_a_document_is_what_its_hash_says(agreement: Agreement) -> None:
    document = make_signature(make_link()).document
    document.sha256 = "0" * 64

    with refused("document_is_what_its_hash_says"):
        SignedDocument.objects.bulk_create([document])
