"""Links of clients as people copy them: in capitals, with a full stop, a bracket or a slash at the end."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client as Http

from clients.models import ReferralPartnerClientLink
from tests.make import make_link
from tests.rows import everything

ID = "5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"
LINKS = [f"/companydetails/{ID}", f"/ContractUpgrade/Sign/{ID}", f"/LinkApproval/{ID}", f"/companydetails/{ID}/company"]


@pytest.mark.parametrize(
    "end",
    [".", ")", "/", "//", ").", "%20", "%C2%A0", ",", "%E2%80%9D", "%0A", "%3E", "'", "&gt;", "%3FreturnUrl=x", "=20"],
)
@pytest.mark.parametrize("link", LINKS)
def test_what_came_along_at_the_end_of_a_link_leads_on(db: None, link: str, end: str) -> None:
    before = everything()

    answer = Http().get(f"{link}{end}?returnUrl=https%3A%2F%2Fapp.test%2F&x=%C3%B8")

    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        f"{link}?returnUrl=https%3A%2F%2Fapp.test%2F&x=%C3%B8",
    )
    assert everything() == before


@pytest.mark.parametrize(
    "path", ["/companydetails/5c1f4e0a.", "/companydetails/.", f"/nothing/{ID}.", f"/companydetails/{ID}x"]
)
def test_what_is_no_link_leads_nowhere(db: None, path: str) -> None:
    assert Http().get(path).status_code == 404


def test_a_form_is_not_led_on(db: None) -> None:
    assert Http().post(f"/companydetails/{ID}/company.").status_code == 405


@pytest.fixture
def link(agreement: object) -> ReferralPartnerClientLink:
    return make_link()


def test_an_id_in_capitals_is_the_same(link: ReferralPartnerClientLink) -> None:
    written, printed = [Http().get(f"/companydetails/{each}") for each in (str(link.pk), str(link.pk).upper())]

    assert (written.status_code, printed.status_code) == (200, 200)
    assert Http().get(f"/companydetails/{str(uuid4()).upper()}").status_code == 404
