"""What was not shown is not signed: versions and details that changed meanwhile, older pages, second clicks."""

from __future__ import annotations

import re

import pytest

from clients.models import Client, Signature
from onboarding.journey.steps import Step
from onboarding.models import EmailCode
from tests.conftest import deliver_mail
from tests.make import make_agreement, make_user
from tests.onboarding.journey.conftest import age_proofs, has_text, publish, shows
from tests.onboarding.visitor import Visitor, company_fields, mailed_code, people_fields


def test_a_version_published_meanwhile_is_shown_instead_of_signed(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}
    publish(make_agreement(summary_of_changes="New.", text="## 1. New\n\nSomething that is new."))

    page = visitor.post(Step.AGREEMENT, **fields)

    assert has_text(page, "A new version of the agreement was published while you were reading.")
    assert has_text(page, "Something that is new.")
    assert not Signature.objects.exists()
    assert shows(visitor.sign(), Step.DONE)


def test_details_changed_meanwhile_are_shown_instead_of_signed(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}
    Client.objects.update(name="Renamed A/S")

    page = visitor.post(Step.AGREEMENT, **fields)

    assert has_text(page, "The company’s details were changed while you were reading.")
    assert has_text(page, "Renamed A/S")
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [("full_name", "Type your full name."), ("consent", "Tick the box if you have read the agreement")],
)
def test_a_signature_has_a_name_and_the_consent(visitor: Visitor, missing: str, complaint: str) -> None:
    visitor.come_to_the_agreement()

    page = visitor.sign(**{missing: ""})

    assert has_text(page, complaint)
    assert not Signature.objects.exists()


def test_two_clicks_on_continue_lead_on(visitor: Visitor) -> None:
    """The second was sent before the browser had read the answer to the first, and its answer is the one shown."""
    visitor.post(None, send="first")
    code, before = mailed_code(), visitor.http.cookies.output()
    visitor.post(code=code)
    visitor.http.cookies.clear()
    visitor.http.cookies.load(before.replace("Set-Cookie: ", ""))

    assert shows(visitor.post(code=code), Step.COMPANY)
    assert shows(visitor.get(), Step.COMPANY)


def test_two_clicks_on_send_are_of_one_browser(visitor: Visitor) -> None:
    visitor.get()

    visitor.post(None, send="first")
    visitor.post(None, send="first")

    assert EmailCode.objects.values("browser").distinct().count() == 1
    assert len(deliver_mail()) == 1
    assert shows(visitor.post(code=mailed_code()), Step.COMPANY)


def test_an_older_page_of_the_company_shows_what_is_held_beside_what_was_typed(visitor: Visitor) -> None:
    visitor.prove()
    older = company_fields(visitor.link)
    Client.objects.update(name="Renamed A/S", country="SE")

    page = visitor.post(Step.COMPANY, **{**older, "city": "Typed"})
    shown = re.search(r'name="shown" value="(\w+)"', page.content.decode())

    assert has_text(page, "These details were changed while this page was open")
    assert has_text(page, "Held now: <strong>Renamed A/S</strong>")
    assert has_text(page, "Held now: <strong>Sweden</strong>")
    assert 'value="Typed"' in page.content.decode()
    assert shown
    assert shows(visitor.post(Step.COMPANY, **{**older, "city": "Typed", "shown": shown[1]}), Step.USERS)


def test_an_older_page_of_the_people_shows_who_is_held(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    older = people_fields(visitor.link, ("Ib Berg", "ib@acme.test"))
    make_user(visitor.link.client, email="new@acme.test", name="Nora New")

    page = visitor.post(Step.USERS, **older)

    assert has_text(page, "Nora New, new@acme.test")
    assert not has_text(page, "Held now: <strong>")
    assert 'value="Ib Berg"' in page.content.decode()
    assert not visitor.link.client.users.filter(email="ib@acme.test").exists()


def test_what_was_kept_while_a_proof_ran_out_is_compared_with_what_is_held_now(visitor: Visitor) -> None:
    visitor.prove()
    age_proofs(minutes=61)
    visitor.post(Step.COMPANY, **{**company_fields(visitor.link), "city": "Typed"})
    Client.objects.update(name="Renamed A/S")

    kept = visitor.prove()
    shown = re.search(r'name="shown" value="(\w+)"', kept.content.decode())
    assert shown
    page = visitor.post(Step.COMPANY, **{**company_fields(visitor.link), "name": "Acme A/S", "shown": shown[1]})

    assert has_text(page, "Held now: <strong>Renamed A/S</strong>")
