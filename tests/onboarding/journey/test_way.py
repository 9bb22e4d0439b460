"""The way of a client through the pages, and back to the partner."""

from __future__ import annotations

import re

import pytest

from clients.models import ReferralPartnerClientLink, Signature
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import Step
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.make import make_agreement, make_signature
from tests.onboarding.journey.conftest import BACK, age_proofs, has_text, publish, shows
from tests.onboarding.visitor import FIRST, Visitor
from tests.rows import everything


def test_each_step_leads_to_the_next_and_the_last_to_the_document(visitor: Visitor) -> None:
    assert shows(visitor.get(), None)
    assert shows(visitor.prove(), Step.COMPANY)
    assert shows(visitor.confirm_company(name="Acme Holding A/S"), Step.USERS)
    assert shows(visitor.confirm_people(("Ib Berg", "ib@acme.test")), Step.AGREEMENT)
    assert shows(visitor.sign(), Step.DONE)

    signature = Signature.objects.get()
    assert (signature.company_name, signature.signer_name) == ("Acme Holding A/S", "Jane Ann Doe")
    pdf = visitor.http.get(f"{visitor.path()}/documents/{signature.pk}")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content == bytes(signature.document.pdf)


@pytest.mark.parametrize("step", [Step.USERS, Step.AGREEMENT, Step.DONE])
def test_no_step_can_be_skipped(visitor: Visitor, step: Step) -> None:
    visitor.prove()

    assert shows(visitor.get(step), Step.COMPANY)


@pytest.mark.parametrize("step", [Step.COMPANY, Step.USERS])
def test_one_can_go_back_until_it_is_signed(visitor: Visitor, step: Step) -> None:
    visitor.come_to_the_agreement()
    before = shows(visitor.get(step), step)

    visitor.sign()

    assert before
    assert shows(visitor.get(step), Step.DONE)


def test_coming_back_goes_on_where_it_stopped(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    again = Visitor(visitor.link)

    assert shows(again.prove(), Step.USERS)


def test_a_second_click_on_sign_shows_the_end_again(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}

    visitor.post(Step.AGREEMENT, **fields)

    assert shows(visitor.post(Step.AGREEMENT, **fields), Step.DONE)
    assert Signature.objects.count() == 1


def test_the_pages_of_an_inactive_partner_go_on(visitor: Visitor) -> None:
    ReferralPartner.objects.update(is_active=False)

    visitor.come_to_the_agreement()

    assert shows(visitor.sign(), Step.DONE)


def test_a_later_version_is_signed_without_the_companys_details(link: ReferralPartnerClientLink) -> None:
    make_signature(link)
    publish(make_agreement(summary_of_changes="The fee for old claims is lower."))
    visitor = Visitor(link, Purpose.UPGRADE)

    page = visitor.prove()
    done = visitor.sign()

    assert shows(page, Step.AGREEMENT)
    assert has_text(page, "The fee for old claims is lower.")
    assert shows(done, Step.DONE)
    assert done.content.decode().count("Download the PDF") == 2
    assert visitor.get(Step.COMPANY).status_code == 200


def test_a_client_that_never_signed_cannot_sign_by_the_url_for_signing_again(link: ReferralPartnerClientLink) -> None:
    visitor = Visitor(link, Purpose.UPGRADE)

    page = visitor.prove()
    posted = visitor.http.post(visitor.path(Step.AGREEMENT), {"version": 1, "details": "x", "full_name": "J"})

    assert page.redirect_chain[-1][0] == page_path(link, FIRST)
    assert posted.headers["Location"] == page_path(link, FIRST)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("step", [Step.COMPANY, Step.USERS, Step.AGREEMENT])
def test_a_client_that_must_sign_again_is_led_on_from_its_first_url(
    link: ReferralPartnerClientLink, step: Step
) -> None:
    make_signature(link)
    publish(make_agreement(summary_of_changes="New."))
    visitor = Visitor(link)
    visitor.prove()
    before = everything()

    shown = visitor.get(step)
    visitor.confirm_company(name="Totally other A/S")
    visitor.confirm_people(("Ib Berg", "ib@acme.test"))

    assert shown.redirect_chain[-1][0] == page_path(link, Purpose.UPGRADE)
    assert everything() == before


@pytest.mark.parametrize("name", ["returnUrl", "ReturnURL"])
def test_the_end_leads_back_to_the_partner(visitor: Visitor, name: str) -> None:
    page = visitor.get(None, **{name: BACK}).content.decode()
    [hidden] = re.findall(r'name="return_url" value="([^"]*)"', page)
    visitor.prove(return_url=hidden)
    visitor.confirm_company()
    visitor.confirm_people()

    done = visitor.sign()

    assert has_text(done, f'href="{BACK}"')


def test_where_to_go_back_to_outlives_a_second_code(visitor: Visitor) -> None:
    visitor.prove(return_url=BACK)
    age_proofs(hours=1)
    visitor.come_to_the_agreement()

    assert has_text(visitor.sign(), f'href="{BACK}"')


def test_a_foreign_address_is_not_led_to(visitor: Visitor) -> None:
    visitor.prove(return_url="https://evil.test/")
    visitor.confirm_company()
    visitor.confirm_people()

    assert not has_text(visitor.sign(), "evil.test")
