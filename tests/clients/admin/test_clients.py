"""Clients, links, signatures and documents in the admin."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from clients.models import Agreement
from tests.make import make_client, make_link, make_partner, make_signature, make_user


@pytest.mark.parametrize("term", ["acme", "DK-777", "JANE@acme.test", "office@", "tenant-77", "client id", "link id"])
def test_a_client_is_found_by_what_support_is_told(support: Browser, term: str) -> None:
    client = make_client(
        name="Acme A/S", registration_number="DK-777", admin="jane@acme.test", support_email="office@acme.test"
    )
    link = make_link(client=client, tenant_id="tenant-77")
    make_link(client=make_client(name="Another", admin="x@other.test", support_email="y@other.test"), tenant_id="t")
    terms = {"client id": str(client.pk), "link id": str(link.pk)}

    answer = support.get("/admin/clients/client/", {"q": terms.get(term, term)})

    assert list(answer.context["cl"].result_list) == [client]


@pytest.mark.parametrize("term", ["muller & o'brien", "MÜLLER & O´BRIEN", "Mu\u0308ller & OBrien", "müller & o’brien"])
@pytest.mark.parametrize("model", ["client", "user", "referralpartnerclientlink"])
def test_a_name_is_found_however_it_is_written(support: Browser, model: str, term: str) -> None:
    make_link(client=make_client(name="Müller & O’Brien GmbH"))
    make_link(client=make_client(name="Möller & O’Brian GmbH", admin="m@other.test"), tenant_id="t")

    answer = support.get(f"/admin/clients/{model}/", {"q": term})

    assert len(answer.context["cl"].result_list) == 1


def test_a_link_is_found_by_its_id_and_tenant_id(support: Browser) -> None:
    link = make_link(tenant_id="tenant-77")
    make_link(tenant_id="other")

    found = [
        list(support.get("/admin/clients/referralpartnerclientlink/", {"q": term}).context["cl"].result_list)
        for term in ("tenant-77", str(link.pk), str(link.client_id), link.client.name)
    ]

    assert found == [[link]] * 4


@pytest.mark.parametrize("term", ["'", "%", "\\", "a" * 5000, "\u0000", "株式会社", '"'])
def test_whatever_is_searched_for_there_is_an_answer(support: Browser, term: str) -> None:
    models = ["client", "user", "referralpartnerclientlink", "signature", "signeddocument", "agreement"]

    statuses = {support.get(f"/admin/clients/{model}/", {"q": term}).status_code for model in models}

    assert statuses == {200}


def test_the_document_is_handed_out_as_it_is_stored_and_kept_by_no_cache(
    support: Browser, agreement: Agreement
) -> None:
    signature = make_signature(make_link())

    answer = support.get(f"/admin/clients/signeddocument/{signature.pk}/pdf/")

    assert answer.content == bytes(signature.document.pdf)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="agreement-{signature.pk}.pdf"'
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_page_of_a_signature_shows_its_evidence(support: Browser, agreement: Agreement) -> None:
    signature = make_signature(make_link(), ip_address="192.0.2.8", user_agent="A browser")

    answer = support.get(f"/admin/clients/signature/{signature.pk}/change/").content.decode()

    assert all(fact in answer for fact in ("192.0.2.8", "A browser", "jane@acme.test", agreement.text_sha256))


def test_a_removed_user_is_in_the_clients_history(support: Browser) -> None:
    client = make_client()
    make_user(client, email="ib@acme.test", name="Ib Berg").delete()

    history = support.get(f"/admin/clients/client/{client.pk}/history/").context["history"]

    assert [happened.what for happened in history] == ["Removed the user Ib Berg (Creditor user)"]


def test_a_clients_page_shows_its_partner_and_signature(support: Browser, agreement: Agreement) -> None:
    link = make_link(partner=make_partner(name="Bookwise GmbH"), tenant_id="tenant-77")
    make_signature(link)

    answer = support.get(f"/admin/clients/client/{link.client_id}/change/").content.decode()

    assert all(fact in answer for fact in ("Bookwise GmbH", "tenant-77", "Jane Ann Doe", str(agreement)))
