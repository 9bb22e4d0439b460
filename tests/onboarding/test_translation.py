"""Browsers translate pages: names, addresses and codes stay as they are (field case 33)."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from clients.models import Agreement, Client, LinkRequest
from onboarding.journey.steps import Step
from onboarding.models import Purpose
from partners.models import ReferralPartner
from tests.make import make_agreement, make_client, make_link, make_partner, make_request, make_staff
from tests.onboarding.translation import translated
from tests.onboarding.visitor import Decider, Visitor, company_fields, people_fields

# Words of pages are no part of them, so that none is found by chance.
NAMES = [
    "Brightfield Bakery",
    "Oakmill",
    "Rivalry",
    "Rosewater",
    "Appleby",
    "Hillcrest",
    "Sunny Lane 5",
    "jane@",
    "office@",
]
TEMPLATES = settings.BASE_DIR / "templates" / "onboarding"
BIRD = "\U00013171"

type Pages = dict[str, Any]


@pytest.fixture
def partner(db: None) -> ReferralPartner:
    """A platform whose names a translator would like to translate."""
    return make_partner(name="Oakmill Software", short_name="Oakmill")


@pytest.fixture
def client(agreement: Agreement) -> Client:
    """A company with such a name, address and admin."""
    client = make_client(
        admin="jane@acme.test",
        name="Brightfield Bakery",
        address="Sunny Lane 5",
        city="Hillcrest",
        support_email="office@acme.test",
    )
    client.users.update(name="Jane Rosewater")
    return client


@pytest.fixture
def pages(partner: ReferralPartner, client: Client) -> Pages:
    """Every page that a client can come to, by what it is; made by going all the ways."""
    return {
        **first_signing(partner, client),
        **signing_again(client),
        **approvals(partner),
    }


def first_signing(partner: ReferralPartner, client: Client) -> Pages:
    visitor = Visitor(make_link(partner=partner, client=client))
    seen = {
        "before the code": visitor.get(),
        "the code": visitor.post(send="first"),
        "a wrong code": visitor.post(code="x"),
    }
    visitor.prove()
    stale_company, stale_people = company_fields(visitor.link), people_fields(visitor.link)
    seen["the company"] = visitor.get(Step.COMPANY)
    visitor.confirm_company(city="Hillcrest")
    Client.objects.filter(pk=client.pk).update(zip_code="Appleby")
    seen["the company, changed since"] = visitor.post(Step.COMPANY, **{**stale_company, "zip_code": "2"})
    visitor.confirm_company()
    seen["the people"] = visitor.get(Step.USERS)
    client.users.update(name="Jane Appleby")
    seen["the people, changed since"] = visitor.post(Step.USERS, **stale_people)
    visitor.confirm_people()
    seen["the agreement"] = visitor.get(Step.AGREEMENT)
    seen["not in print"] = visitor.sign(full_name=f"{BIRD} Rosewater")
    seen["done"] = visitor.sign(full_name="Jane Rosewater")
    seen["handed over"] = visitor.http.get(f"{visitor.path()}/handed-over")
    visitor.http.post(f"{visitor.path()}/leave")
    seen["left"] = visitor.http.get(f"{visitor.path()}/leave")
    return seen


def signing_again(client: Client) -> Pages:
    make_agreement(published_at=timezone.now(), summary_of_changes="Less.")
    Client.objects.filter(pk=client.pk).update(name="Brightfield Bakery & Sons")
    visitor = Visitor(client.links.get(), Purpose.UPGRADE)
    visitor.prove()
    return {"signing again": visitor.get(Step.AGREEMENT), "signed again": visitor.sign()}


def approvals(partner: ReferralPartner) -> Pages:
    return {
        **_decided(partner, "approve", "jane@one.test"),
        **_decided(partner, "decline", "jane@two.test"),
        **_decided(partner, "unknown", "jane@three.test"),
        **_moved(partner),
    }


def _decided(partner: ReferralPartner, decision: str, admin: str) -> Pages:
    client = make_client(admin=admin, name="Brightfield Bakery")
    jane = Decider(make_request(partner=partner, client=client, tenant_id=decision))
    seen = {
        f"asked, before the code: {decision}": jane.http.get(jane.path),
        f"asked for a code: {decision}": jane.ask(admin),
        f"the question: {decision}": jane.prove(admin),
        f"the end: {decision}": jane.decide(decision),
    }
    return {**seen, f"over: {decision}": Decider(LinkRequest.objects.latest("created_at")).http.get(jane.path)}


def _moved(partner: ReferralPartner) -> Pages:
    client = make_client(admin="jane@four.test", name="Brightfield Bakery")
    old = make_link(partner=make_partner(short_name="Rivalry"), client=client, tenant_id="theirs")
    move = make_request(
        partner=partner, client=client, offered_by=make_staff("Support"), replaces=old, tenant_id="moved"
    )
    jane = Decider(move)
    return {"a move": jane.prove("jane@four.test")}


def test_names_addresses_and_codes_are_kept_from_being_translated(pages: Pages) -> None:
    texts = {page: answer.content.decode() for page, answer in pages.items()}

    found = {(page, name) for page, html in texts.items() for name in NAMES if name in translated(html)}

    assert found == set()
    assert [name for name in NAMES if name not in "".join(texts.values())] == []


def test_every_page_was_looked_at(pages: Pages) -> None:
    used = {template.name for answer in pages.values() for template in answer.templates}

    assert {f"onboarding/{path.name}" for path in TEMPLATES.glob("*.html")} <= used
