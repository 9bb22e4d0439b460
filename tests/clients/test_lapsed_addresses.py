"""What becomes of addresses that do not stand any more, or that support lets go of (product-rules 3.1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clients.models import Agreement, Client, EmailAddress
from onboarding.registering.outcomes import AwaitingSignature, LinkedElsewhere
from onboarding.support.release_address import NotHeld, Released, WasProven, release_address
from partners.models import ReferralPartner
from tests.clients.conftest import JANE, OFFICE, age, prove, stands
from tests.make import make_client, make_first_agreement, make_link, make_partner, make_signature, make_staff
from tests.onboarding.registration import onboard
from tests.race import in_thread, wait_until_blocked


def test_within_thirty_days_the_real_company_is_a_conflict(squatter: Client, partner: ReferralPartner) -> None:
    assert onboard(partner) == LinkedElsewhere("tenant-1")


def test_after_that_it_is_a_new_client_and_has_its_addresses(squatter: Client, partner: ReferralPartner) -> None:
    age()

    outcome = onboard(partner)

    assert isinstance(outcome, AwaitingSignature)
    assert set(outcome.link.client.addresses.values_list("pk", flat=True)) == {JANE, OFFICE}
    assert set(squatter.addresses.values_list("pk", flat=True)) == {"mallory@else.test"}
    squatter.refresh_from_db()
    assert (squatter.support_email, squatter.support_email_key) == (OFFICE, None)
    assert squatter.users.get(email=JANE).email_key is None


def test_who_enters_them_again_keeps_the_real_company_out_no_longer(
    squatter: Client, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    age()
    again = onboard(rival, "theirs-again")

    outcome = onboard(partner)

    assert isinstance(again, AwaitingSignature)
    assert isinstance(outcome, AwaitingSignature)
    assert set(outcome.link.client.addresses.values_list("pk", flat=True)) == {JANE, OFFICE}


def test_another_partner_has_thirty_days_of_its_own(squatter: Client, partner: ReferralPartner) -> None:
    age()
    onboard(partner)

    assert stands(JANE)


def test_what_does_not_stand_any_more_matches_beside_nothing_that_does(
    squatter: Client, partner: ReferralPartner
) -> None:
    """Jane's address has lapsed; only the client of the other address is meant."""
    age()
    mine = make_link(partner=partner, client=make_client(admin="mine@mine.test"), tenant_id="mine")

    outcome = onboard(partner, support_email="mine@mine.test")

    assert outcome == type(outcome)(mine.external_tenant_id)  # type: ignore[call-arg, arg-type]
    assert EmailAddress.objects.get(pk=JANE).client == squatter


def test_a_signed_client_keeps_what_it_has_proven(
    agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    link = make_link(partner=rival, client=make_client(admin=JANE, support_email=OFFICE), tenant_id="theirs")
    prove(link.client, JANE)
    make_signature(link)
    age(timedelta(days=400))

    assert onboard(partner) == LinkedElsewhere("tenant-1")


def test_a_new_client_takes_few_statements_also_where_it_takes_addresses(
    partner: ReferralPartner, agreement: Agreement, squatter: Client
) -> None:
    age()
    with CaptureQueriesContext(connection) as taking:
        onboard(partner)
    with CaptureQueriesContext(connection) as fresh:
        onboard(partner, "tenant-2", support_email="o@new.test", people=())

    assert len(fresh) <= 9
    assert len(taking) <= len(fresh) + 7


def test_support_lets_go_of_an_address_and_the_next_call_makes_a_new_client(
    squatter: Client, partner: ReferralPartner
) -> None:
    facts: dict[str, Any] = {"client": squatter, "by": make_staff("Support"), "why": "The company called"}

    outcomes = [release_address(address=address, **facts) for address in (JANE, OFFICE, JANE)]

    assert outcomes == [Released(), Released(), NotHeld()]
    assert isinstance(onboard(partner), AwaitingSignature)


def test_support_cannot_let_go_of_what_was_proven(squatter: Client) -> None:
    facts: dict[str, Any] = {"client": squatter, "by": make_staff("Support"), "why": "The company called"}

    assert release_address(address="mallory@else.test", **facts) == WasProven()


def test_another_clients_address_cannot_be_let_go_of_through_this_one(squatter: Client) -> None:
    other = make_client(admin="ib@other.test")
    facts: dict[str, Any] = {"client": squatter, "by": make_staff("Support"), "why": "The company called"}

    assert release_address(address="ib@other.test", **facts) == NotHeld()
    assert other.addresses.filter(pk="ib@other.test").exists()


def test_who_proves_an_address_while_it_is_taken_keeps_it(transactional_db: None) -> None:
    """The call has found that the address does not stand any more, and waits for the client that is proving it."""
    if Agreement.objects.current() is None:
        make_first_agreement()
    client = make_link(client=make_client(admin=JANE), tenant_id="theirs").client
    partner = make_partner()
    age()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Client.objects.lock().get(pk=client.pk)
            calling = in_thread(pool, partial(onboard, partner, support_email="new@new.test"))
            wait_until_blocked()
            prove(client, JANE)
        outcome = calling.result(timeout=10)

    assert outcome == LinkedElsewhere("tenant-1")
    assert EmailAddress.objects.get(pk=JANE).client == client
