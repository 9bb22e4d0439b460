"""What a code proves, for how long, and whose the address is then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clients.models import EmailAddress, ReferralPartnerClientLink
from clients.models.client import Role
from onboarding.models import Purpose
from onboarding.proof.email_codes import (
    Proof,
    ProvenByAnother,
    WrongCode,
)
from tests.make import make_client
from tests.onboarding.proof.conftest import ADDRESS, SECOND, age, ask, proof, type_in
from tests.onboarding.visitor import mailed_code


def test_a_proof_lasts_an_hour(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    age(used_at=timedelta(minutes=60) - 2 * SECOND)
    lasting = proof(link)
    age(used_at=2 * SECOND)

    assert lasting is not None
    assert proof(link) is None


@pytest.mark.parametrize(
    "change",
    [{"role": Role.CREDITOR_USER}, {"email": "new@acme.test"}],
    ids=["no longer an admin", "another address"],
)
def test_a_proof_is_of_an_admin_at_the_address_of_now(link: ReferralPartnerClientLink, change: dict[str, str]) -> None:
    ask(link)
    type_in(link, mailed_code())

    link.client.users.update(**change)

    assert proof(link) is None


def test_a_proof_is_for_one_purpose(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    assert proof(link, purpose=Purpose.UPGRADE) is None


def test_whoever_knew_the_browsers_old_name_has_nothing(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    assert proof(link, browser="mine") is None


def test_typing_the_code_proves_the_address_for_the_client(link: ReferralPartnerClientLink) -> None:
    ask(link)
    type_in(link, mailed_code())

    assert list(link.client.addresses.filter(proven_at__isnull=False)) == [EmailAddress.objects.get(pk=ADDRESS)]


def test_who_reads_the_mail_takes_the_address_from_a_client_that_was_only_said_to_have_it(
    link: ReferralPartnerClientLink,
) -> None:
    EmailAddress.objects.release([ADDRESS])
    squatter = make_client(admin="mallory@else.test", colleagues=(ADDRESS,))
    ask(link)

    assert isinstance(type_in(link, mailed_code()), Proof)
    assert EmailAddress.objects.get(pk=ADDRESS).client == link.client
    assert link.client.users.get().email_key == ADDRESS
    assert squatter.users.get(email=ADDRESS).email_key is None


@pytest.mark.parametrize("proven", [ADDRESS, "mallory@acme.test"], ids=["itself", "its domain"])
def test_an_address_that_another_client_has_proven_is_for_support(link: ReferralPartnerClientLink, proven: str) -> None:
    EmailAddress.objects.release([ADDRESS])
    make_client(admin="mallory@acme.test", colleagues=(ADDRESS,))
    EmailAddress.objects.filter(pk=proven).update(proven_at=timezone.now())
    ask(link)

    assert type_in(link, mailed_code()) == ProvenByAnother()
    assert proof(link) is None


def test_a_code_to_an_address_of_before_proves_nothing(link: ReferralPartnerClientLink) -> None:
    ask(link)
    code = mailed_code()
    link.client.users.update(email="jane.doe@acme.test")

    assert isinstance(type_in(link, code), WrongCode)
