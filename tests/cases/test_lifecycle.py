"""The course of a case: names and labels, and one table of transitions in code and database."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import connection

from cases.lifecycle import TRANSITIONS, CloseCode, Lifecycle


@pytest.mark.parametrize(
    ("given", "lifecycle"),
    [
        ("PendingVerificationInternal", Lifecycle.PENDING_VERIFICATION_INTERNAL),
        ("pending verification internal", Lifecycle.PENDING_VERIFICATION_INTERNAL),
        ("PENDINGVERIFICATION", Lifecycle.PENDING_VERIFICATION),
        ("More  info required ", Lifecycle.NEEDS_ADDITIONAL_DETAILS),
        ("needsadditionaldetails", Lifecycle.NEEDS_ADDITIONAL_DETAILS),
        ("Collecting Quotes", Lifecycle.LEADS),
        ("active", Lifecycle.ACTIVE),
        ("", None),
        ("Pending", None),
    ],
)
def test_a_lifecycle_is_found_by_name_or_label_in_any_letter_case(given: str, lifecycle: Lifecycle | None) -> None:
    assert Lifecycle.named(given) is lifecycle


def test_a_close_code_is_found_by_name_or_label() -> None:
    assert CloseCode.named("disputed – legal action declined by client") is CloseCode.LEGAL_ACTION_DECLINED
    assert CloseCode.named("LegalActionDeclined") is CloseCode.LEGAL_ACTION_DECLINED


def test_names_and_labels_do_not_stand_for_two() -> None:
    assert [Lifecycle.named(each.value) for each in Lifecycle] == list(Lifecycle)
    assert [Lifecycle.named(each.label) for each in Lifecycle] == list(Lifecycle)
    assert [CloseCode.named(each.value) for each in CloseCode] == list(CloseCode)
    assert [CloseCode.named(each.label) for each in CloseCode] == list(CloseCode)


def test_only_two_close_codes_mean_that_money_came_in() -> None:
    assert [code for code in CloseCode if code.brings_money] == [CloseCode.PAID, CloseCode.PARTIALLY_PAID]
    assert len(CloseCode) == 17


def test_every_lifecycle_has_its_place_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Lifecycle)


def test_every_open_case_can_be_closed_and_merged() -> None:
    unfinished = [lifecycle for lifecycle in Lifecycle if not lifecycle.is_finished]

    assert all({Lifecycle.CLOSED, Lifecycle.MERGED} <= TRANSITIONS[lifecycle] for lifecycle in unfinished)


def test_a_merged_case_goes_nowhere_and_a_closed_one_is_only_reopened() -> None:
    assert TRANSITIONS[Lifecycle.MERGED] == frozenset()
    assert TRANSITIONS[Lifecycle.CLOSED] == {Lifecycle.ACTIVE}


def test_code_and_database_allow_the_same(db: None) -> None:
    steps = list(product(Lifecycle, Lifecycle))
    before, after = zip(*steps, strict=True)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT debitura_case_may_go(before, after) FROM unnest(%s::text[], %s::text[]) AS step (before, after)",
            [list(before), list(after)],
        )
        allowed = [answer for (answer,) in cursor.fetchall()]

    assert allowed == [after in TRANSITIONS[before] for before, after in steps]
