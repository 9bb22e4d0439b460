"""The page of the link doctor: for support, and without a change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from clients.models import Agreement, ReferralPartnerClientLink
from partners.models import ReferralPartner
from tests.make import make_client, make_link
from tests.rows import everything

DOCTOR = "/admin/clients/linkrequest/doctor/"


@pytest.fixture
def link(agreement: Agreement, partner: ReferralPartner) -> ReferralPartnerClientLink:
    return make_link(partner=partner, client=make_client(name="Acme Holding A/S"))


def test_support_finds_a_client_and_changes_nothing(support: Browser, link: ReferralPartnerClientLink) -> None:
    before = everything()

    page = support.post(DOCTOR, {"q": f"https://x.test/companydetails/{link.pk}"}).content.decode()

    assert "Acme Holding A/S" in page
    assert "(what you pasted)" in page
    assert f'href="/admin/clients/referralpartnerclientlink/{link.pk}/change/"' in page
    assert everything() == before


def test_several_hits_are_a_list_to_choose_from(support: Browser, link: ReferralPartnerClientLink) -> None:
    make_client(name="Acme Sweden AB")

    page = support.post(DOCTOR, {"q": "acme"}).content.decode()

    assert "2 clients fit" in page


@pytest.mark.parametrize("typed", ["nothing fits this", "\0", "x" * 5000, "%", "\u202e"])
def test_nothing_found_says_what_to_try(support: Browser, link: ReferralPartnerClientLink, typed: str) -> None:
    response = support.post(DOCTOR, {"q": typed})

    assert response.status_code == 200
    assert "Acme Holding" not in response.content.decode()


@pytest.mark.parametrize("role", ["Legal", "Partner managers", "Operations"])
def test_the_doctor_is_for_support(colleague: Callable[[str], Browser], role: str) -> None:
    assert colleague(role).post(DOCTOR, {"q": "acme"}).status_code == 403
