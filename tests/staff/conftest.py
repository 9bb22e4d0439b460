"""Colleagues at the admin, and a row of everything that there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from cases.models import Case, Coverage, ExchangeRate, SubmittedCase
from clients.models import Agreement, Client, LinkConflict, LinkRequest, ReferralPartnerClientLink, Signature
from onboarding.models import AskingLimitReached, Correction, EmailCode
from partners.models import ApiKey, ReferralPartner
from staff.models import FailedSignIn, SecondFactor, Staff
from tests.make import (
    make_agreement,
    make_case,
    make_client,
    make_code,
    make_conflict,
    make_key,
    make_link,
    make_partner,
    make_rate,
    make_request,
    make_second_factor,
    make_signature,
    make_staff,
    make_submitted,
)

PASSWORD = "correct-horse-9"


def sign_in(browser: Browser, staff: Staff, **more: Any) -> Any:
    """Fill in the form as a person does."""
    form = {"username": staff.email, "password": PASSWORD, **more}
    return browser.post("/admin/login/?next=/admin/", form)


def errors(answer: Any) -> dict[str, list[str]]:
    """What the form says is wrong."""
    stock = answer.context.get("adminform")
    return dict((stock.form if stock else answer.context["form"]).errors)


@pytest.fixture
def colleague(db: None) -> Callable[[str], Browser]:
    """A browser in which somebody of this group is signed in; `superuser` and `nobody` are no groups."""

    def browser_of(role: str) -> Browser:
        browser = Browser()
        sign_in(browser, make_colleague(role))
        return browser

    return browser_of


def make_colleague(role: str) -> Staff:
    match role:
        case "superuser":
            return make_staff(is_superuser=True)
        case "nobody":
            return make_staff()
        case group:
            return make_staff(group)


@pytest.fixture
def superuser(colleague: Callable[[str], Browser]) -> Browser:
    return colleague("superuser")


@dataclass(frozen=True)
class Rows:
    """One of each."""

    partner: ReferralPartner
    key: ApiKey
    client: Client
    link: ReferralPartnerClientLink
    agreement: Agreement
    draft: Agreement
    signature: Signature
    code: EmailCode
    request: LinkRequest
    conflict: LinkConflict
    limit: AskingLimitReached
    correction: Correction
    device: SecondFactor
    attempt: FailedSignIn
    case: Case
    coverage: Coverage
    rate: ExchangeRate
    submitted: SubmittedCase


@pytest.fixture
def rows(partner: ReferralPartner, agreement: Agreement) -> Rows:
    """A row of everything that the admin shows."""
    client = make_client(name="Acme A/S", admin="jane@acme.test", support_email="office@acme.test")
    link = make_link(partner=partner, client=client, tenant_id="tenant-1")
    make_key(partner)
    return Rows(
        partner=partner,
        key=partner.api_keys.get(),
        client=client,
        link=link,
        agreement=agreement,
        draft=make_agreement(number=2, title="The draft of Lea", summary_of_changes="Less."),
        signature=make_signature(link),
        code=make_code(link),
        request=make_request(
            partner=partner, client=client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True
        ),
        conflict=make_conflict(partner=make_partner(name="Bookwise GmbH"), link=link, external_tenant_id="t"),
        limit=AskingLimitReached.objects.create(partner=partner, day=timezone.now().date()),
        correction=Correction.objects.create(
            client=client, name="Ann Lee", email="ann@acme.test", why="They called", proposed_by=make_staff()
        ),
        device=make_second_factor(),
        attempt=FailedSignIn.objects.create(
            at=timezone.now(), name="sam@debitura.test", address="192.0.2.7", network="192.0.2.0/24"
        ),
        case=make_case(link=link),
        coverage=Coverage.objects.get(),
        rate=make_rate(),
        submitted=make_submitted(link),
    )
