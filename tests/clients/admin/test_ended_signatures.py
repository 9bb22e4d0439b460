"""What ends a signature in the admin: to invalidate it, and to rename the company."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from clients.models import Agreement
from tests.clients.admin.conftest import WHY
from tests.make import make_client, make_link, make_signature
from tests.staff.conftest import errors


def test_legal_sets_a_signature_aside_and_says_what_the_client_is_told(legal: Browser, agreement: Agreement) -> None:
    signature = make_signature(make_link())
    form = {"why": WHY, "told_client": "Please let a director sign."}

    answer = legal.post(f"/admin/clients/signature/{signature.pk}/invalidate/", form, follow=True)

    signature.refresh_from_db()
    assert signature.invalidated_why == "Please let a director sign."
    assert "does not count any more" in answer.content.decode()
    assert [(each.what, each.why) for each in answer.context["history"]] == [("Invalidated", WHY)]
    assert "Invalidate" not in [label for label, _ in answer.context["tools"]]


@pytest.mark.parametrize("missing", ["why", "told_client"])
def test_without_a_reason_and_words_for_the_client_a_signature_stands(
    legal: Browser, agreement: Agreement, missing: str
) -> None:
    signature = make_signature(make_link())
    form = {"why": WHY, "told_client": "Please let a director sign.", missing: " "}

    answer = legal.post(f"/admin/clients/signature/{signature.pk}/invalidate/", form)

    signature.refresh_from_db()
    assert list(errors(answer)) == [missing]
    assert signature.invalidated_at is None


def test_who_renames_a_company_is_warned_of_its_signature(legal: Browser, agreement: Agreement) -> None:
    link = make_link(client=make_client(name="Acme A/S"))
    make_signature(link)
    url = f"/admin/clients/client/{link.client_id}/rename/"
    warned = legal.get(url).content.decode()

    answer = legal.post(url, {"held": "Acme A/S", "name": " Acme  Holding A/S ", "why": WHY}, follow=True)

    link.client.refresh_from_db()
    assert "that signature does not count any more" in warned
    assert link.client.name == "Acme Holding A/S"
    assert "Must sign again: the company has another name, since" in answer.content.decode()


def test_a_name_that_nobody_could_read_is_refused(legal: Browser) -> None:
    client = make_client(name="Acme A/S")
    url = f"/admin/clients/client/{client.pk}/rename/"

    answer = legal.post(url, {"held": "Acme A/S", "name": "\u200b\u200b", "why": WHY})

    assert errors(answer)["name"] == ["This field is required."]


@pytest.mark.parametrize("status", ["Never signed", "Current", "Must sign again"])
def test_clients_are_listed_by_where_they_stand(support: Browser, agreement: Agreement, status: str) -> None:
    never, current, again = (make_link(tenant_id=str(n)).client for n in range(3))
    make_signature(current.links.get())
    make_signature(again.links.get(), company_name="The name before")

    answer = support.get("/admin/clients/client/", {"agreement": status})

    expected = {"Never signed": never, "Current": current, "Must sign again": again}
    assert list(answer.context["cl"].result_list) == [expected[status]]
    assert answer.context["cl"].result_list[0].agreement_status == status


@pytest.mark.parametrize("kind", ["signature", "signeddocument", "user", "client"])
@pytest.mark.parametrize("term", ["MULLER", "müller  &\u200b son's", "lodz", "zoe", "O'Brien", "skvor"])
def test_people_and_what_they_signed_are_found_however_they_are_written(legal: Browser, kind: str, term: str) -> None:
    client = make_client(name="Müller & Søn’s Łódź GmbH", admin="z@muller.test")
    make_signature(make_link(client=client), signer_name="Zoë O’Brien-Škvorecký", signer_user_id=client.users.get().pk)
    client.users.update(name="Zoë O’Brien-Škvorecký")
    make_link(client=make_client(name="Nobody else"), tenant_id="other")

    found = legal.get(f"/admin/clients/{kind}/", {"q": term}).context["cl"].result_count

    assert found == (0 if kind == "client" and term in ("zoe", "O'Brien", "skvor") else 1)
