"""Two at once: each race is forced, and shown to be lost when what holds it is taken out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from clients.models import Agreement, Client, ReferralPartnerClientLink
from onboarding.registering import locks, onboard
from onboarding.registering.create_client import create_client
from onboarding.registering.locks import advisory_key, take_advisory_locks, tenant_lock
from onboarding.registering.outcomes import AwaitingSignature, LinkedElsewhere, Outcome
from partners.models import ReferralPartner
from tests.conftest import caller
from tests.make import make_client, make_first_agreement, make_partner, registration_body
from tests.onboarding.registration import JANE, NOW, asked, registration
from tests.race import Meeting, at_once, in_thread, second_connection, taken_out, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)

ONE_LINK = "one_active_link_per_partner_and_tenant_id"


@pytest.fixture(autouse=True)
def _agreement(transactional_db: None) -> Agreement:
    return Agreement.objects.current() or make_first_agreement()


@pytest.fixture
def _meet_before_creating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onboard, "create_client", Meeting().before(create_client))


@pytest.fixture
def _no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onboard, "take_advisory_locks", lambda names: None)


def call(partner: ReferralPartner, tenant_id: str = "tenant-1") -> Callable[[], Outcome]:
    return partial(onboard.onboard_client, partner=partner, registration=registration(tenant_id), at=NOW)


def test_fifty_identical_calls_make_one_client() -> None:
    apis = [caller(make_partner())] * 50

    answers = at_once(*[partial(api.post, "/clients", registration_body()) for api in apis])

    assert {answer.status_code for answer in answers} == {202}
    assert len({(answer.json()["client"]["id"], answer.json()["onboardingLinks"]["url"]) for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert Client.objects.count() == 1


@pytest.mark.usefixtures("_meet_before_creating")
def test_two_calls_that_both_found_nothing_make_one_client() -> None:
    partner = make_partner()

    outcomes = at_once(call(partner), call(partner))

    assert len({outcome.link.pk for outcome in outcomes if isinstance(outcome, AwaitingSignature)}) == 1
    assert Client.objects.count() == 1


@pytest.mark.parametrize("named", ["the id", "email:jane@acme.test", "email:office@acme.test"])
def test_a_call_waits_for_another_with_its_id_or_one_of_its_addresses(named: str) -> None:
    """The other races end well without a lock too, by a constraint and a second look."""
    partner = make_partner()
    name = tenant_lock(partner, "tenant-1") if named == "the id" else named

    with ThreadPoolExecutor(1) as pool:
        with second_connection() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key(name)])
            outcome = in_thread(pool, call(partner))
            wait_until_blocked()
        created = outcome.result(timeout=10)

    assert isinstance(created, AwaitingSignature)


@pytest.mark.usefixtures("_meet_before_creating", "_no_locks")
def test_without_the_lock_the_constraint_still_holds() -> None:
    partner = make_partner()

    outcomes = at_once(call(partner), call(partner))

    assert len({outcome.link.pk for outcome in outcomes if isinstance(outcome, AwaitingSignature)}) == 1
    assert Client.objects.count() == 1


@pytest.mark.usefixtures("_meet_before_creating", "_no_locks")
def test_without_lock_and_constraint_there_are_two_clients() -> None:
    partner = make_partner()
    link = ReferralPartnerClientLink._meta.constraints[0]
    assert link.name == ONE_LINK

    with (
        taken_out(f"DROP INDEX {ONE_LINK}", _index(ONE_LINK)),
        taken_out(*_without_unique_addresses()),
    ):
        at_once(call(partner), call(partner))
        made = Client.objects.count()

    assert made == 2


def _index(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        [definition] = cursor.fetchone()
    return str(definition)


def _without_unique_addresses() -> tuple[str, str]:
    return (
        "ALTER TABLE clients_emailaddress DROP CONSTRAINT clients_emailaddress_pkey",
        "ALTER TABLE clients_emailaddress ADD CONSTRAINT clients_emailaddress_pkey PRIMARY KEY (address)",
    )


@pytest.mark.usefixtures("_meet_before_creating")
def test_two_partners_with_the_same_new_address_get_one_client() -> None:
    outcomes = at_once(call(make_partner(), "a"), call(make_partner(), "b"))

    assert {type(outcome) for outcome in outcomes} == {AwaitingSignature, LinkedElsewhere}
    assert Client.objects.count() == 1


@pytest.mark.usefixtures("_meet_before_creating", "_no_locks")
def test_without_lock_and_constraint_an_address_is_in_two_clients() -> None:
    with taken_out(*_without_unique_addresses()):
        outcomes = at_once(call(make_partner(), "a"), call(make_partner(), "b"))

    assert [type(outcome) for outcome in outcomes] == [AwaitingSignature, AwaitingSignature]


def test_an_address_that_a_page_registers_meanwhile_is_found_after_all() -> None:
    """Pages and staff take no lock on addresses: matching finds nothing, and then the insert has to wait."""
    assert asked(_outcome_while_a_page_registers_janes_address(call(make_partner()))) == "tenant-1"
    assert Client.objects.count() == 1


def test_an_address_that_a_page_does_not_register_after_all_is_free() -> None:
    outcome = _outcome_while_a_page_registers_janes_address(call(make_partner()), commits=False)

    assert isinstance(outcome, AwaitingSignature)
    assert not outcome.is_replay


def test_without_a_second_look_an_address_registered_meanwhile_would_be_a_crash() -> None:
    once = partial(onboard._create_or_match, make_partner(), registration(), NOW)

    with pytest.raises(IntegrityError, match="clients_emailaddress_pkey"):
        _outcome_while_a_page_registers_janes_address(once)


def _outcome_while_a_page_registers_janes_address(act: Callable[[], Outcome], *, commits: bool = True) -> Outcome:
    other_client = make_client()
    with ThreadPoolExecutor(1) as pool:
        with second_connection() as page:
            page.execute("INSERT INTO clients_emailaddress VALUES ('jane@acme.test', %s)", [other_client.pk])
            outcome = in_thread(pool, act)
            wait_until_blocked()
            page.execute("COMMIT" if commits else "ROLLBACK")
        return outcome.result(timeout=10)


def test_a_fee_that_staff_are_changing_is_waited_for() -> None:
    partner = make_partner()
    with ThreadPoolExecutor(1) as pool:
        with second_connection() as staff:
            staff.execute("UPDATE partners_referralpartner SET fee_percentage = 50 WHERE id = %s", [partner.pk])
            outcome = in_thread(pool, call(partner))
            wait_until_blocked()
            staff.execute("COMMIT")
        outcome.result(timeout=10)

    assert ReferralPartnerClientLink.objects.get().fee_percentage == 50


def test_the_same_two_addresses_in_opposite_order_do_not_lock_each_other_out() -> None:
    there = replace(JANE, email="a@acme.test"), replace(JANE, email="b@acme.test", is_onboarding_user=False)
    calls = [
        partial(onboard.onboard_client, partner=make_partner(), registration=registration("t", people=people), at=NOW)
        for people in (there, there[::-1])
    ]

    outcomes = at_once(*calls)

    assert {type(outcome) for outcome in outcomes} == {AwaitingSignature, LinkedElsewhere}


def test_locks_are_taken_in_one_order_whatever_order_they_are_named_in() -> None:
    assert _locks_held_while_waiting_for_the_first(["a", "b"]) == 0
    assert _locks_held_while_waiting_for_the_first(["b", "a"]) == 0


def test_locks_in_the_order_of_their_names_would_be_held_crosswise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "sorted", _in_the_order_given, raising=False)

    held = {_locks_held_while_waiting_for_the_first(["a", "b"]), _locks_held_while_waiting_for_the_first(["b", "a"])}

    assert held == {0, 1}


def _in_the_order_given(keys: set[int]) -> list[int]:
    return sorted(keys, key=ORDER.index)


ORDER: list[int] = []


def _locks_held_while_waiting_for_the_first(names: list[str]) -> int:
    """How many locks a session has got while another holds the one that comes first by number."""
    ORDER[:] = [advisory_key(name) for name in names]

    def take() -> None:
        with transaction.atomic():
            take_advisory_locks(names)

    with ThreadPoolExecutor(1) as pool:
        with second_connection() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [min(ORDER)])
            waiting = in_thread(pool, take)
            wait_until_blocked()
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE datname = current_database() AND locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"
            )
            [held] = cursor.fetchone()
        waiting.result(timeout=10)
    return int(held)
