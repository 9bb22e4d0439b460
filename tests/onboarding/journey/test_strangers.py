"""What somebody who has the URL alone learns and changes: nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Http
from django.utils import timezone

from clients.models import Agreement, ReferralPartnerClientLink
from clients.models.client import Role
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import STEPS
from onboarding.models import EmailCode
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_partner, make_signature
from tests.onboarding.journey.conftest import ENDINGS
from tests.onboarding.visitor import FIRST, Visitor
from tests.rows import everything


def test_unknown_archived_and_malformed_ids_look_alike(link: ReferralPartnerClientLink) -> None:
    archived = make_link(client=make_client(), tenant_id="tenant-2", archived_at=timezone.now() + timedelta(days=1))
    ids = [str(uuid4()), str(archived.pk), "not-an-id", str(link.pk)[:-1]]

    answers = [Http().get(f"/companydetails/{each}", headers={"accept": "text/html"}) for each in ids]

    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r"[0-9a-f]{32}", "", answer.content.decode()) for answer in answers}) == 1


def test_a_document_of_another_company_does_not_exist(visitor: Visitor) -> None:
    other = make_link(client=make_client(), tenant_id="tenant-2")
    foreign = make_signature(other)
    visitor.prove()

    assert visitor.http.get(f"{visitor.path()}/documents/{foreign.pk}").status_code == 404


def test_the_brands_stylesheet_is_of_the_partner_alone(db: None) -> None:
    partner = make_partner(background_colour="#ffee00", font_colour="#ffffff", font_family="'Open Sans', serif")

    style = Http().get(f"/brand/{partner.pk}.css")

    assert style.headers["Content-Type"].startswith("text/css")
    assert "--band: #ffee00;" in style.content.decode()
    assert "--brand-font: 'Open Sans', serif;" in style.content.decode()
    assert Http().get(f"/brand/{uuid4()}.css").status_code == 404


NOBODY_KNOWS: dict[str, Any] = {
    "name": "Distinctive Company Name",
    "registration_number": "REG-DISTINCT",
    "address": "Distinct Street 7",
    "zip_code": "ZIP-DST",
    "city": "Distinctville",
    "state": "Distinctstate",
    "support_email": "distinct-office@acme.test",
    "support_phone": "+45 99 88 77 66",
}
ADMIN = "distinct-jane@acme.test"
FORMS: dict[str, dict[str, str]] = {
    "": {"code": "WRONG234"},
    "/company": {"name": "Evil", "country": "DK", "support_email": "evil@evil.test"},
    "/users": {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "Evil", "form-0-email": "e@e.test"},
    "/agreement": {"version": "1", "details": "0" * 64, "full_name": "Evil", "consent": "on"},
}


@pytest.fixture
def secret(agreement: Agreement) -> ReferralPartnerClientLink:
    return make_link(client=make_client(admin=ADMIN, **NOBODY_KNOWS))


@pytest.fixture
def paths(secret: ReferralPartnerClientLink) -> list[str]:
    """Every page of a client that has signed, of both purposes."""
    signature = make_signature(secret)
    return [
        page_path(secret, purpose) + ending.format(signature=signature.pk) for purpose in STEPS for ending in ENDINGS
    ]


def test_every_page_of_the_journey_is_among_these() -> None:
    assert {f"/{step}" for steps in STEPS.values() for step in steps} <= set(ENDINGS)


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete"])
def test_a_stranger_with_the_url_learns_and_changes_nothing(
    secret: ReferralPartnerClientLink, paths: list[str], method: str
) -> None:
    values = [*NOBODY_KNOWS.values(), ADMIN, "Jane Ann Doe", str(secret.client_id), secret.external_tenant_id]
    before = everything()

    answers = [
        getattr(Http(), method)(path, FORMS.get(re.sub(".*/[0-9a-f-]{36}", "", path), {}), follow=True)
        for path in paths
    ]

    said = "".join(f"{answer.headers}{answer.content.decode()}" for answer in answers)
    assert [value for value in values if value in said] == []
    assert everything() == before


def test_a_stranger_cannot_tell_a_signed_client_from_a_new_one(secret: ReferralPartnerClientLink) -> None:
    def look() -> list[tuple[int, str, str]]:
        pages = [Http().get(page_path(secret, FIRST) + ending) for ending in ENDINGS[:-1]]
        return [
            (page.status_code, page.headers.get("Location", ""), re.sub('value="[^"]{64}"', "", page.content.decode()))
            for page in pages
        ]

    before = look()
    make_signature(secret)

    assert look() == before


def test_a_code_that_a_stranger_asks_for_goes_to_the_client(secret: ReferralPartnerClientLink) -> None:
    stranger = Visitor(secret)

    page = stranger.post(None, send="first")

    assert ADMIN not in page.content.decode()
    assert EmailCode.objects.get().address == ADMIN


def test_a_creditor_user_gets_no_code(secret: ReferralPartnerClientLink) -> None:
    secret.client.users.update(role=Role.CREDITOR_USER)

    with_admin, without = Visitor(make_link(partner=secret.partner, tenant_id="t-2")), Visitor(secret)

    answers = [visitor.post(None, send="first").content.decode() for visitor in (with_admin, without)]

    assert [mail.to for mail in deliver_mail()] == [[with_admin.link.client.users.get().email]]
    assert _without_tokens(answers[0], with_admin) == _without_tokens(answers[1], without)


def _without_tokens(page: str, visitor: Visitor) -> str:
    return re.sub(r'value="\w{64}"', "", page.replace(str(visitor.link.pk), ""))
