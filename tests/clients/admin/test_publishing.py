"""Publishing a version of the agreement in the admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Agreement
from clients.publish_agreement import publish_agreement
from partners.models import ReferralPartner
from tests.clients.admin.conftest import LIST, WHY, page, publish, shown, written
from tests.crowd import make_crowd
from tests.make import make_agreement, make_partner, make_staff
from tests.onboarding.documents import text_of
from tests.rows import everything
from tests.staff.conftest import errors


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


def test_before_publishing_it_says_who_must_sign_again(legal: Browser, draft: Agreement) -> None:
    make_crowd(1204, partners=[make_partner().pk, make_partner().pk, make_partner().pk])

    answer = legal.get(page(draft, "publish")).content.decode()

    assert "1,204 clients of 3 partners will have to sign again." in answer
    assert "It can never be changed or taken back." in answer


def test_before_publishing_what_is_not_material_it_says_that_nobody_must(legal: Browser, draft: Agreement) -> None:
    Agreement.objects.filter(pk=draft.pk).update(is_material=False)
    make_crowd(3, partners=[make_partner().pk])

    answer = legal.get(page(draft, "publish"))

    assert "Nobody who has signed an earlier version has to sign again." in answer.content.decode()
    assert "required_from" not in answer.context["form"].fields


def test_it_is_published_now_and_required_later(legal: Browser, draft: Agreement) -> None:
    later = (timezone.now() + timedelta(days=30)).replace(second=0, microsecond=0)

    publish(legal, draft, required_from=later.strftime("%Y-%m-%dT%H:%M"))

    draft.refresh_from_db()
    assert draft.required_from == later
    assert draft.published_at is not None
    assert draft.published_at < later


def test_a_draft_that_changed_meanwhile_is_shown_again_with_the_date_that_was_chosen(
    legal: Browser, draft: Agreement
) -> None:
    read, later = shown(legal, draft), (timezone.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    legal.post(page(draft), written(text="## 1. Fee\n\nWe take all."))

    answer = publish(legal, draft, shown=read, required_from=later)

    assert f'name="required_from" value="{later}"' in answer.content.decode()
    assert WHY in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "says"),
    [("2020-01-01T00:00", "Not before"), ("2206-01-01T00:00", "At most a year from now."), ("soon", "Enter a valid")],
)
def test_a_date_that_cannot_be_is_told_beside_its_field(
    legal: Browser, draft: Agreement, typed: str, says: str
) -> None:
    before = everything()

    answer = publish(legal, draft, required_from=typed)

    assert says in errors(answer)["required_from"][0]
    assert answer.context["form"]["why"].value() == WHY
    assert everything() == before


def test_a_draft_is_compared_word_by_word(legal: Browser, agreement: Agreement, draft: Agreement) -> None:
    legal.post(page(draft), written(text=agreement.text + "\n\nWe are kind."))

    pages = [legal.get(page(draft, name)).content.decode() for name in ("change", "publish")]

    assert all("[added: </span>We are kind.<span" in each for each in pages)


@pytest.mark.parametrize(("query", "again"), [("", False), ("?again=1", True)])
def test_the_preview_is_the_page_of_clients_and_nothing_can_be_sent_from_it(
    legal: Browser, partner: ReferralPartner, draft: Agreement, query: str, again: bool
) -> None:
    before = everything()

    answer = legal.get(page(draft, "preview") + query).content.decode()

    assert f"<h1>Read and sign{' again' if again else ''}</h1>" in answer
    assert ("We take less." in answer) == again
    assert "This is a preview" in answer
    assert 'class="button" disabled>Sign the agreement' in answer
    assert 'method="post"' not in answer
    assert everything() == before


def test_the_preview_of_the_document_is_marked_as_a_draft(legal: Browser, draft: Agreement) -> None:
    answer = legal.get(f"{LIST}{draft.pk}/preview.pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert "Draft" in text_of(answer.content)


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
