"""Publishing a version of the agreement: in order, once, and only what can be shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.utils import IntegrityError

from clients.models import Agreement
from clients.publish_agreement import CannotBeShown, OutOfOrder, Published, PublishedBefore, publish_agreement
from debitura.edge.clock import database_time
from debitura.staff.history import history_of
from debitura.staff.models import Staff
from tests.make import make_agreement, make_staff
from tests.race import at_once
from tests.rows import everything

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
