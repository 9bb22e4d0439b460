"""Agreements, clients, signatures and documents in the admin."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Agreement
from clients.publish_agreement import publish_agreement
from partners.models import ReferralPartner
from tests.crowd import make_crowd
from tests.make import make_agreement, make_client, make_link, make_partner, make_signature, make_staff, make_user
from tests.onboarding.documents import text_of
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


# --- What ends a signature --------------------------------------------------------------------------


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
