"""No form of a page is dear, whatever its fields are filled with, before a proof and after it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Agreement, LinkRequest, ReferralPartnerClientLink
from onboarding.approving.approval_path import approval_path
from onboarding.journey.steps import Step
from partners.models import ReferralPartner
from tests.cost import ALPHABETS, cpu_ms, full
from tests.make import make_client, make_link, make_request
from tests.onboarding.visitor import Visitor, company_fields, people_fields

pytestmark = pytest.mark.slow

A_FORM = 100  # milliseconds of CPU: a form is decoded, and what was typed is shown again
MORE = {"digits": "0", "digits of another script": "٣", "points and digits": ".0", "brackets": "<>&"}
# As a form has them; what is escaped takes three bytes for one.
BYTES = 320_000


@pytest.fixture
def visitor(agreement: Agreement, partner: ReferralPartner) -> Visitor:
    """At the last page, from which all that come before can be opened."""
    visitor = Visitor(make_link(partner=partner, client=make_client(name="Acme A/S")))
    visitor.come_to_the_agreement()
    return visitor


@pytest.fixture
def asked(partner: ReferralPartner) -> LinkRequest:
    return make_request(partner=partner, tenant_id="tenant-2")


def forms(link: ReferralPartnerClientLink) -> list[tuple[Step, dict[str, str]]]:
    signature = {"version": "1", "details": "0", "full_name": "Jane Ann Doe", "consent": "on"}
    return [
        (Step.COMPANY, company_fields(link)),
        (Step.USERS, people_fields(link, ("Ib Berg", "ib@acme.test"))),
        (Step.AGREEMENT, signature),
    ]


FIELDS = [
    (Step.COMPANY, ["name", "registration_number", "country", "address", "zip_code", "support_email", "support_phone"]),
    (Step.USERS, ["form-0-user_id", "form-1-name", "form-1-email", "form-TOTAL_FORMS", "onboarding_user", "remove"]),
    (Step.AGREEMENT, ["version", "details", "full_name", "consent"]),
]
PLACES = [(step, field) for step, fields in FIELDS for field in fields]
LETTERS = st.sampled_from([*ALPHABETS.values(), *MORE.values()])
OFTEN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def costs(visitor: Visitor, path: str, fields: dict[str, Any]) -> float:
    return cpu_ms(lambda: visitor.http.post(path, fields), wanted=A_FORM)


@OFTEN
@given(place=st.sampled_from(PLACES), letters=LETTERS)
def test_no_field_of_a_step_is_dear(visitor: Visitor, place: tuple[Step, str], letters: str) -> None:
    step, field = place
    fields = dict(forms(visitor.link))[step]

    assert costs(visitor, visitor.path(step), {**fields, field: full(letters, BYTES)}) < A_FORM


@OFTEN
@given(letters=LETTERS)
def test_no_code_is_dear(visitor: Visitor, letters: str) -> None:
    stranger = Visitor(visitor.link)

    assert costs(stranger, stranger.path(), {"code": full(letters, BYTES)}) < A_FORM
    assert costs(stranger, stranger.path(), {"send": "1", "return_url": full(letters, BYTES)}) < A_FORM


@OFTEN
@given(letters=LETTERS)
def test_no_address_of_an_approval_is_dear(asked: LinkRequest, visitor: Visitor, letters: str) -> None:
    assert costs(visitor, approval_path(asked), {"address": full(letters, BYTES)}) < A_FORM
    assert costs(visitor, approval_path(asked), {"code": full(letters, BYTES)}) < A_FORM
