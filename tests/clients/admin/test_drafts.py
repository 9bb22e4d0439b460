"""Drafts of the agreement in the admin, which nobody but legal may know of."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser

from clients.models import Agreement
from tests.clients.admin.conftest import LIST, page, publish, written
from tests.staff.conftest import errors


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


def test_what_clients_are_told_of_a_draft_is_kept_in_one_form(legal: Browser, agreement: Agreement) -> None:
    pasted = {"title": "SDCA\u00a0 of 2027\u200b", "summary_of_changes": " We take  less.\r\n\r\nAnd pay sooner.\u200b"}

    legal.post(LIST + "add/", written(**pasted))

    draft = Agreement.objects.get(number=2)
    assert (draft.title, draft.summary_of_changes) == ("SDCA of 2027", "We take less.\n\nAnd pay sooner.")


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
