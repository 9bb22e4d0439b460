"""Agreements, clients, signatures and documents in the admin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Agreement
from clients.publish_agreement import publish_agreement
from tests.make import make_agreement, make_client, make_link, make_partner, make_signature, make_staff, make_user
from tests.rows import everything
from tests.staff.conftest import colleague

__all__ = ["colleague"]

WHY = "Agreed by the board"
LIST = "/admin/clients/agreement/"


@pytest.fixture
def support(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from support, signed in."""
    return colleague("Support")


@pytest.fixture
def legal(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from legal, signed in."""
    return colleague("Legal")


@pytest.fixture
def draft(agreement: Agreement) -> Agreement:
    """A second version that nobody but legal may know of."""
    return make_agreement(number=2, title="The quiet draft", summary_of_changes="We take less.")


def page(agreement: Agreement, name: str = "change") -> str:
    return f"{LIST}{agreement.pk}/{name}/"


def written(**changes: str) -> dict[str, str]:
    """The form of a draft."""
    form = {"number": "2", "title": "SDCA", "summary_of_changes": "Less.", "text": "## 1. Scope\n\nAll."}
    return {**form, "is_material": "on", **changes}


def shown(browser: Browser, agreement: Agreement) -> str:
    """What the page that publishes carries in its form."""
    found = re.search(r'name="shown" value="(\w+)"', browser.get(page(agreement, "publish")).content.decode())
    assert found
    return found[1]


def publish(browser: Browser, agreement: Agreement, **changes: str) -> Any:
    """Read the page that publishes, and send its form."""
    form = {"why": WHY, "shown": shown(browser, agreement), **changes}
    return browser.post(page(agreement, "publish"), form, follow=True)


def errors(answer: Any) -> dict[str, list[str]]:
    """What the form says is wrong."""
    stock = answer.context.get("adminform")
    return dict((stock.form if stock else answer.context["form"]).errors)


# --- Drafts ---------------------------------------------------------------------------------------


def test_a_draft_is_in_no_list_of_support(support: Browser, draft: Agreement) -> None:
    pages = [LIST, LIST + "?q=quiet", LIST + "?published_at__isempty=1", LIST + "?o=1", LIST + "?all="]

    answers = [support.get(path).content.decode() for path in pages]

    assert not any("quiet draft" in answer for answer in answers)
    assert "Standard Debt Collection Agreement" in answers[0]


@pytest.mark.parametrize(("name", "status"), [("change", 302), ("history", 404), ("publish", 403), ("delete", 403)])
def test_support_gets_no_page_of_a_draft(support: Browser, draft: Agreement, name: str, status: int) -> None:
    answer = support.get(page(draft, name))

    assert answer.status_code == status
    assert "quiet draft" not in answer.content.decode()


def test_a_draft_is_on_no_other_page_of_support(support: Browser, draft: Agreement) -> None:
    pages = ["", "clients/", "clients/signature/", "clients/signature/?agreement__id__exact=1"]

    answers = [support.get(f"/admin/{path}").content.decode() for path in pages]

    assert not any("quiet draft" in answer for answer in answers)


def test_drafts_cannot_be_guessed_by_completion(support: Browser, legal: Browser, draft: Agreement) -> None:
    query = {"term": "quiet", "app_label": "clients", "model_name": "signature", "field_name": "agreement"}

    found = [browser.get("/admin/autocomplete/", query).json()["results"] for browser in (support, legal)]

    assert found == [[], [{"id": str(draft.pk), "text": str(draft)}]]


def test_the_history_of_a_published_version_does_not_show_its_drafts_to_support(
    support: Browser, legal: Browser, draft: Agreement
) -> None:
    legal.post(page(draft), written(title="The loud draft"))
    publish(legal, draft)

    seen = support.get(page(draft, "history")), legal.get(page(draft, "history"))

    assert "quiet draft" not in seen[0].content.decode()
    assert "quiet draft" in seen[1].content.decode()


def test_legal_writes_a_draft_that_begins_with_the_text_of_now(legal: Browser, agreement: Agreement) -> None:
    begun = legal.get(LIST + "add/").context["adminform"].form.initial

    legal.post(LIST + "add/", written())

    draft = Agreement.objects.get(number=2)
    assert (begun["number"], begun["text"]) == (2, agreement.text)
    assert (draft.text, draft.published_at) == ("## 1. Scope\n\nAll.", None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "1"}, "number"),
        ({"text": "<script>alert(1)</script>\n\n# Too high"}, "text"),
        ({"text": ""}, "text"),
        ({"title": ""}, "title"),
    ],
)
def test_a_draft_that_could_not_be_published_is_refused(
    legal: Browser, agreement: Agreement, changes: dict[str, str], field: str
) -> None:
    answer = legal.post(LIST + "add/", written(**changes))

    assert list(errors(answer)) == [field]
    assert Agreement.objects.count() == 1


def test_the_preview_is_what_clients_see_and_no_markup_of_the_writer(legal: Browser, draft: Agreement) -> None:
    legal.post(page(draft), written(text="## 1. Fee\n\n<b>No cure</b>, *no* **pay**.\n\n- one\n- two"))

    preview = legal.get(page(draft, "publish")).content.decode()

    assert "&lt;b&gt;No cure&lt;/b&gt;, <em>no</em> <strong>pay</strong>." in preview
    assert "<li>one</li>" in re.sub(r"<(/?)p>", "", preview)
    assert "Less." in preview


# --- Publishing -----------------------------------------------------------------------------------


def test_legal_publishes_what_was_read(legal: Browser, draft: Agreement) -> None:
    answer = publish(legal, draft)

    assert "Version 2 is published. Clients sign it from now on." in answer.content.decode()
    assert Agreement.objects.current() == draft
    assert legal.get(page(draft, "history")).context["history"][0].why == WHY


def test_a_get_of_the_page_publishes_nothing(legal: Browser, draft: Agreement) -> None:
    legal.get(page(draft, "publish"), {"why": WHY, "shown": shown(legal, draft)})

    draft.refresh_from_db()
    assert draft.published_at is None


@pytest.mark.parametrize("missing", ["why", "shown"])
def test_without_a_reason_or_what_was_shown_nothing_is_published(
    legal: Browser, draft: Agreement, missing: str
) -> None:
    before = everything()

    answer = publish(legal, draft, **{missing: ""})

    assert list(errors(answer)) == [missing]
    assert everything() == before


def test_a_draft_that_was_changed_after_it_was_read_is_not_published(legal: Browser, draft: Agreement) -> None:
    read = shown(legal, draft)
    legal.post(page(draft), written(text="## 1. Fee\n\nWe take all."))

    answer = publish(legal, draft, shown=read)

    draft.refresh_from_db()
    assert "The draft was changed meanwhile" in answer.content.decode()
    assert draft.published_at is None


def test_publishing_twice_says_so(legal: Browser, draft: Agreement) -> None:
    read = shown(legal, draft)
    publish(legal, draft)
    before = everything()

    answer = legal.post(page(draft, "publish"), {"why": WHY, "shown": read}, follow=True)

    assert "published already; nothing changed" in answer.content.decode()
    assert everything() == before


def test_publishing_out_of_order_says_so(legal: Browser, draft: Agreement) -> None:
    publish_agreement(agreement=make_agreement(number=3, summary_of_changes="More."), by=make_staff(), why=WHY)

    answer = publish(legal, draft)

    assert "Version 3 is published already. Give this draft a later number" in answer.content.decode()


def test_a_text_that_cannot_be_shown_is_told_and_not_published(legal: Browser, draft: Agreement) -> None:
    Agreement.objects.filter(pk=draft.pk).update(text="# Too high")

    answer = publish(legal, draft)

    assert "Nothing was published." in answer.content.decode()
    assert Agreement.objects.filter(published_at=None).count() == 1


def test_a_published_version_is_neither_edited_nor_deleted_by_a_forged_form(legal: Browser, draft: Agreement) -> None:
    publish(legal, draft)
    before = everything()

    changed = legal.post(page(draft), written(text="## 1. Fee\n\nWe take all."))
    deleted = legal.post(page(draft, "delete"), {"post": "yes"})
    by_action = legal.post(LIST, {"action": "delete_selected", "_selected_action": [draft.pk], "post": "yes"})

    assert (changed.status_code, deleted.status_code, by_action.status_code) == (403, 403, 200)
    assert everything() == before


@pytest.mark.parametrize("role", ["Support", "Partner managers", "Operations", "nobody"])
def test_a_forged_form_publishes_nothing(colleague: Callable[[str], Browser], draft: Agreement, role: str) -> None:
    read = shown(colleague("superuser"), draft)
    browser = colleague(role)
    before = everything()

    answer = browser.post(page(draft, "publish"), {"why": WHY, "shown": read})

    assert answer.status_code == 403
    assert everything() == before


# --- Clients, links, signatures, documents ---------------------------------------------------------


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
