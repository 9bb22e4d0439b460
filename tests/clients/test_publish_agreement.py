"""Publishing a version of the agreement: in order, once, and only what can be shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from clients.models import Agreement, Client, ReferralPartnerClientLink
from clients.publish_agreement import (
    CannotBeShown,
    Effect,
    OutOfOrder,
    Published,
    PublishedBefore,
    RequiredTooEarly,
    effect_of_publishing,
    publish_agreement,
)
from edge.clock import database_time
from staff.history import history_of
from staff.models import Staff
from tests.crowd import make_crowd
from tests.make import make_agreement, make_link, make_partner, make_signature, make_staff
from tests.race import at_once
from tests.rows import everything

WRITTEN_BY_PUBLISHING = {
    "clients_agreement",
    "clients_agreementhistory",
    "django_admin_log",
    "pghistory_context",
}
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def lea(db: None) -> Staff:
    """From legal."""
    return make_staff("Legal", name="Lea Legal")


@pytest.fixture
def draft(agreement: Agreement) -> Agreement:
    """A second version."""
    return make_agreement(number=2, summary_of_changes="Less.")


def test_a_draft_becomes_the_current_version_required_from_then_on(draft: Agreement, lea: Staff) -> None:
    outcome = publish_agreement(agreement=draft, by=lea, why="Agreed by the board")

    assert outcome == Published(draft)
    assert Agreement.objects.current() == draft
    draft.refresh_from_db()
    assert draft.published_at == draft.required_from
    assert draft.published_at is not None
    assert abs(draft.published_at - database_time()) < timedelta(minutes=1)


def test_publishing_is_in_the_history(draft: Agreement, lea: Staff) -> None:
    publish_agreement(agreement=draft, by=lea, why="Agreed by the board")

    draft.refresh_from_db()
    [happened] = history_of(draft)
    assert (happened.who, happened.what, happened.why) == ("Lea Legal", "Published", "Agreed by the board")
    assert [change.field for change in happened.changes] == ["Published at", "Required from"]


def test_publishing_again_changes_nothing(draft: Agreement, lea: Staff) -> None:
    publish_agreement(agreement=draft, by=lea, why="Agreed by the board")
    before = everything()

    outcome = publish_agreement(agreement=draft, by=lea, why="Once more")

    assert outcome == PublishedBefore()
    assert everything() == before


def test_a_version_before_the_current_one_is_not_published(draft: Agreement, lea: Staff) -> None:
    third = make_agreement(number=3, published_at=NOW)
    before = everything()

    outcome = publish_agreement(agreement=draft, by=lea, why="Late")

    assert outcome == OutOfOrder(third)
    assert everything() == before


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"text": "# A top heading that the page has already"}, "heading"),
        ({"text": "![a picture](https://evil.test/x.png)"}, ""),
        ({"text": " \n "}, "may not be empty"),
        ({"title": " "}, "may not be empty"),
        ({"summary_of_changes": ""}, "what is different"),
    ],
)
def test_what_nobody_could_read_or_sign_is_not_published(
    draft: Agreement, lea: Staff, facts: dict[str, str], why: str
) -> None:
    Agreement.objects.filter(pk=draft.pk).update(**facts)
    before = everything()

    outcome = publish_agreement(agreement=draft, by=lea, why="Agreed")

    assert isinstance(outcome, CannotBeShown)
    assert why in outcome.why
    assert everything() == before


def test_it_can_be_required_later_than_it_is_published(draft: Agreement, lea: Staff) -> None:
    later = database_time() + timedelta(days=30)

    outcome = publish_agreement(agreement=draft, by=lea, why="Agreed", required_from=later)

    draft.refresh_from_db()
    assert outcome == Published(draft)
    assert draft.required_from == later
    assert Agreement.objects.current() == draft


def test_it_is_not_required_before_it_is_published(draft: Agreement, lea: Staff) -> None:
    before, now = everything(), database_time()

    outcome = publish_agreement(agreement=draft, by=lea, why="Agreed", required_from=now - timedelta(seconds=1))

    assert isinstance(outcome, RequiredTooEarly)
    assert outcome.earliest >= now
    assert everything() == before


def test_it_is_not_required_before_the_version_before_it(draft: Agreement, lea: Staff) -> None:
    later = database_time() + timedelta(days=30)
    publish_agreement(agreement=draft, by=lea, why="Agreed", required_from=later)
    third = make_agreement(number=3, summary_of_changes="More.")

    outcomes = [
        publish_agreement(agreement=third, by=lea, why="Agreed", required_from=moment)
        for moment in (later - timedelta(seconds=1), later)
    ]

    assert outcomes == [RequiredTooEarly(later), Published(third)]


@pytest.mark.parametrize("is_material", [True, False])
def test_without_a_date_it_is_required_as_early_as_may_be(draft: Agreement, lea: Staff, is_material: bool) -> None:
    later = database_time() + timedelta(days=30)
    publish_agreement(agreement=draft, by=lea, why="Agreed", required_from=later)
    third = make_agreement(number=3, summary_of_changes="More.", is_material=is_material)

    outcome = publish_agreement(agreement=third, by=lea, why="Agreed")

    assert outcome == Published(third)
    third.refresh_from_db()
    assert third.required_from == later


def test_those_whose_signature_counts_are_asked_again(agreement: Agreement) -> None:
    ledgerly, bookwise = make_partner(), make_partner()
    signed = [make_link(partner=ledgerly, tenant_id=str(n)) for n in range(3)]
    signed += [make_link(partner=bookwise, tenant_id="signed")]
    make_link(partner=bookwise, tenant_id="not signed")
    for link in signed:
        make_signature(link)

    assert effect_of_publishing(at=database_time()) == Effect(clients=4, partners=2, waiting=0)


def test_those_who_must_sign_already_are_counted_apart(agreement: Agreement) -> None:
    make_signature(make_link(), company_name="The name before")

    assert effect_of_publishing(at=database_time()) == Effect(clients=0, partners=0, waiting=1)


@pytest.mark.parametrize("gone", ["withdrawn_at", "erased_at"])
def test_who_is_gone_is_not_asked(agreement: Agreement, gone: str) -> None:
    link = make_link()
    make_signature(link)
    Client.objects.update(**{gone: database_time()})

    assert effect_of_publishing(at=database_time()) == Effect(0, 0, 0)


def test_a_client_is_counted_with_the_partner_of_now(agreement: Agreement) -> None:
    archived = make_link()
    make_signature(archived)
    ReferralPartnerClientLink.objects.update(archived_at=Now())
    make_link(client=archived.client, tenant_id="moved")

    assert effect_of_publishing(at=database_time()) == Effect(clients=1, partners=1, waiting=0)


@pytest.mark.parametrize("clients", [10, 1000])
def test_publishing_costs_as_many_statements_however_many_clients_and_touches_none(
    draft: Agreement, lea: Staff, clients: int
) -> None:
    make_crowd(clients, partners=[make_partner().pk, make_partner().pk])
    before = everything()

    with CaptureQueriesContext(connection) as captured:
        effect = effect_of_publishing(at=database_time())
        publish_agreement(agreement=draft, by=lea, why="Agreed")

    after = everything()
    assert effect == Effect(clients, 2, 0)
    assert {table for table in before if before[table] != after[table]} == WRITTEN_BY_PUBLISHING
    assert len(captured) == 15


def test_without_a_reason_nothing_is_published(draft: Agreement, lea: Staff) -> None:
    with pytest.raises(ValueError, match="has a reason"):
        publish_agreement(agreement=draft, by=lea, why=" ")

    draft.refresh_from_db()
    assert draft.published_at is None


@pytest.mark.parametrize("column", ["title", "text", "summary_of_changes", "number", "is_material", "published_at"])
def test_the_database_keeps_a_published_version_as_it_is(draft: Agreement, lea: Staff, column: str) -> None:
    publish_agreement(agreement=draft, by=lea, why="Agreed")
    other = {"number": 7, "is_material": False, "published_at": None}.get(column, "Something else")

    with pytest.raises(IntegrityError, match="frozen"):
        Agreement.objects.filter(pk=draft.pk).update(**{column: other})


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told() -> None:
    draft, lea = make_agreement(number=2, summary_of_changes="Less."), make_staff("Legal")

    def publish() -> str:
        return type(publish_agreement(agreement=draft, by=lea, why="Agreed")).__name__

    outcomes = at_once(publish, publish)

    assert sorted(outcomes) == ["Published", "PublishedBefore"]
