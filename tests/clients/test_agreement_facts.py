"""The rule for one client and the rule for many say the same, whatever has happened."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.agreement_status import AgreementStatus, Current, NeverSigned, SignAgain, agreement_status
from clients.models import Agreement, Client, ReferralPartnerClientLink, Signature
from clients.models.agreement_facts import agreement_facts, status_of
from clients.models.agreement_selections import (
    CURRENT,
    NEVER_SIGNED,
    SIGN_AGAIN,
    has_current_signature,
    has_signed,
    is_current,
    stands_so,
    with_agreement_status,
)
from tests.make import make_agreement, make_client, make_link, make_partner, make_signature, make_staff

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ["Acme A/S", "Acme Holding A/S", "Acme Group ApS"]
CLIENTS = 60
# One past for every run, two more for the slow one.
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]


class Past:
    """Versions published, signatures made and ended, companies renamed; by chance, each at an hour of its own."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (the same chance each time; no secret)
        self.hours = iter(BEGAN + HOUR * n for n in range(1, 10_000))
        self.staff = make_staff()
        partner = make_partner()
        self.links = [make_link(partner=partner, tenant_id=str(n)) for n in range(CLIENTS)]

    def happens(self) -> None:
        """Let four versions come; after each, some clients sign, and then something happens to some of them."""
        for _ in range(4):
            for happens in (self._sign, self._rename, self._invalidate, self._sign):
                for link in self.chance.sample(self.links, CLIENTS // 4):
                    happens(link)
            self._publish()

    def _publish(self) -> None:
        at, newest = next(self.hours), Agreement.objects.latest("number")
        wanted = at + self.chance.choice([0, 0, 30, 90]) * HOUR
        required = max(wanted, newest.required_from or wanted)
        is_material = self.chance.random() < 0.7
        make_agreement(number=newest.number + 1, published_at=at, required_from=required, is_material=is_material)

    def _sign(self, link: ReferralPartnerClientLink) -> None:
        standing = link.client.signatures.filter(invalidated_at=None, company_name=link.client.name)
        if not standing.filter(agreement=Agreement.objects.current()).exists():
            make_signature(link, signed_at=next(self.hours))

    def _rename(self, link: ReferralPartnerClientLink) -> None:
        link.client.name = self.chance.choice([*NAMES, link.client.name])
        link.client.save(update_fields=["name"])

    def _invalidate(self, link: ReferralPartnerClientLink) -> None:
        newest = link.client.signatures.filter(invalidated_at=None)[:1].values("pk")
        facts = {"invalidated_at": next(self.hours), "invalidated_by": self.staff, "invalidated_why": "A stranger."}
        Signature.objects.filter(pk__in=newest).update(**facts)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_forms_of_the_rule_agree_at_every_moment(agreement: Agreement, seed: int) -> None:
    past = Past(seed)
    past.happens()
    last = next(past.hours)
    moments = [BEGAN, last, *(BEGAN + HOUR * past.chance.randint(1, 400) for _ in range(10)), last + 100 * HOUR]

    one_by_one = [_one_by_one(moment) for moment in moments]

    assert [_all_at_once(moment) for moment in moments] == one_by_one
    assert [_selected(moment) for moment in moments] == [_counted(said) for said in one_by_one]
    assert {what for said in one_by_one for what, *_ in said.values()} == {NEVER_SIGNED, CURRENT, SIGN_AGAIN}


@pytest.mark.parametrize("seed", SEEDS)
def test_clients_are_found_by_the_status_that_each_has(agreement: Agreement, seed: int) -> None:
    past = Past(seed)
    past.happens()
    moments = [BEGAN + HOUR * past.chance.randint(1, 400) for _ in range(5)]

    found = [_found_by_status(Client.objects.all(), "pk", stands_so(at=at)) for at in moments]

    assert found == [_grouped(_one_by_one(at)) for at in moments]
    assert {status for each in found for status, clients in each.items() if clients} == {*found[0]}
    of_links = [stands_so(at=at, client="client", name="client__name") for at in moments]
    assert found == [_found_by_status(ReferralPartnerClientLink.objects.all(), "client", each) for each in of_links]


def _found_by_status(rows: QuerySet[Any], client: str, conditions: dict[str, Q]) -> dict[str, set[UUID]]:
    return {status: set(rows.filter(wanted).values_list(client, flat=True)) for status, wanted in conditions.items()}


def _grouped(said: dict[UUID, tuple[Any, ...]]) -> dict[str, set[UUID]]:
    statuses = (NEVER_SIGNED, CURRENT, SIGN_AGAIN)
    return {status: {client for client, (what, *_) in said.items() if what == status} for status in statuses}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_signature_in_a_name_is_one_by_itself_and_among_many(agreement: Agreement, seed: int) -> None:
    Past(seed).happens()
    signatures = set(Signature.objects.all())

    selected = {name: set(Signature.objects.in_name(name)) for name in NAMES}

    assert selected == {name: {each for each in signatures if each.is_in_name(name)} for name in NAMES}
    assert set() not in selected.values()
    assert any(each.invalidated_at for each in signatures)


def _one_by_one(at: datetime) -> dict[UUID, tuple[Any, ...]]:
    facts = agreement_facts(Client.objects.values_list("pk", flat=True))
    return {client: _said(agreement_status(each, at=at)) for client, each in facts.items()}


def _said(status: AgreementStatus) -> tuple[Any, ...]:
    match status:
        case NeverSigned():
            return NEVER_SIGNED, None, None
        case Current():
            return CURRENT, None, None
        case SignAgain(reason=reason, since=since):
            return SIGN_AGAIN, reason, since


def _all_at_once(at: datetime) -> dict[UUID, tuple[Any, ...]]:
    columns = ["pk", "agreement_status", "sign_again_reason", "sign_again_since"]
    rows = with_agreement_status(Client.objects.all(), at=at).values_list(*columns)
    return {client: tuple(said) for client, *said in rows}


def _selected(at: datetime) -> tuple[int, int]:
    current = Client.objects.filter(has_current_signature(at=at))
    assert set(current) == set(Client.objects.annotate(stands=is_current(at=at, client="pk")).filter(stands=True))
    return Client.objects.filter(has_signed()).count(), current.count()


def _counted(said: dict[UUID, tuple[Any, ...]]) -> tuple[int, int]:
    counted = Counter(what for what, *_ in said.values())
    return counted[CURRENT] + counted[SIGN_AGAIN], counted[CURRENT]


def test_facts_of_many_clients_are_one_statement(agreement: Agreement) -> None:
    links = [make_link(tenant_id=str(n)) for n in range(3)]
    make_signature(links[0])

    with CaptureQueriesContext(connection) as captured:
        facts = agreement_facts([link.client_id for link in links])

    assert len(captured) == 1
    assert [len(facts[link.client_id].signatures) for link in links] == [1, 0, 0]


def test_a_client_that_goes_back_to_the_name_it_signed_under_need_not_sign(agreement: Agreement) -> None:
    link = make_link(client=make_client(name="Acme A/S"))
    make_signature(link)
    link.client.name = "Acme Holding A/S"
    link.client.save(update_fields=["name"])
    renamed = status_of(link.client, at=timezone.now())

    link.client.name = "Acme A/S"
    link.client.save(update_fields=["name"])

    assert isinstance(renamed, SignAgain)
    assert status_of(link.client, at=timezone.now()) == Current(1, 1, None)
