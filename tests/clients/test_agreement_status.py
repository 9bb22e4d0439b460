"""From facts and a moment to where a client stands (product-rules 4.2, 4.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clients.agreement_status import (
    IN_WORDS,
    AgreementFacts,
    AgreementStatus,
    Current,
    NeverSigned,
    Reason,
    SignAgain,
    SignatureFacts,
    agreement_status,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MONDAY, TUESDAY = NOW - timedelta(days=2), NOW - timedelta(days=1)
NEXT_YEAR = NOW + timedelta(days=60)


def signed(
    number: int = 1,
    *,
    invalidated: datetime | None = None,
    renamed: datetime | None = None,
    outdated: datetime | None = None,
) -> SignatureFacts:
    return SignatureFacts(number, invalidated, renamed, outdated)


def status(*signatures: SignatureFacts, at: datetime = NOW, current: int = 3) -> AgreementStatus:
    return agreement_status(AgreementFacts(current, signatures), at=at)


def again(reason: Reason, since: datetime, number: int = 1) -> SignAgain:
    return SignAgain(3, number, reason, since)


def test_who_has_no_signature_has_never_signed() -> None:
    assert status() == NeverSigned(3)


def test_what_nothing_ends_stands() -> None:
    assert status(signed()) == Current(3, 1, None)


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (signed(outdated=MONDAY), again(Reason.NEW_VERSION, MONDAY)),
        (signed(renamed=MONDAY), again(Reason.CREDITOR_NAME_CHANGED, MONDAY)),
        (signed(invalidated=MONDAY), again(Reason.ADMIN_INVALIDATED, MONDAY)),
        (signed(invalidated=MONDAY, outdated=TUESDAY), again(Reason.ADMIN_INVALIDATED, MONDAY)),
        (signed(invalidated=TUESDAY, outdated=MONDAY), again(Reason.NEW_VERSION, MONDAY)),
        (signed(renamed=TUESDAY, invalidated=MONDAY), again(Reason.ADMIN_INVALIDATED, MONDAY)),
        (signed(renamed=MONDAY, outdated=NEXT_YEAR), again(Reason.CREDITOR_NAME_CHANGED, MONDAY)),
        (signed(renamed=MONDAY, invalidated=MONDAY), again(Reason.ADMIN_INVALIDATED, MONDAY)),
    ],
)
def test_what_ended_a_signature_first_is_why(signature: SignatureFacts, expected: SignAgain) -> None:
    assert status(signature) == expected


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        ((signed(1, outdated=MONDAY), signed(2, invalidated=TUESDAY)), again(Reason.ADMIN_INVALIDATED, TUESDAY, 2)),
        ((signed(1, outdated=TUESDAY), signed(2, invalidated=MONDAY)), again(Reason.NEW_VERSION, TUESDAY, 1)),
        ((signed(1, renamed=MONDAY), signed(2, renamed=MONDAY)), again(Reason.CREDITOR_NAME_CHANGED, MONDAY, 2)),
    ],
)
def test_of_several_the_last_one_to_stand_says_why(signatures: tuple[SignatureFacts, ...], expected: SignAgain) -> None:
    assert status(*signatures) == expected


@pytest.mark.parametrize(
    "others",
    [
        (signed(2, invalidated=MONDAY),),
        (signed(2, renamed=MONDAY),),
        (signed(1, invalidated=MONDAY), signed(1, renamed=TUESDAY)),
    ],
)
def test_one_that_stands_is_enough(others: tuple[SignatureFacts, ...]) -> None:
    assert status(*others, signed(1)) == Current(3, 1, None)


def test_an_announced_version_is_required_from_its_very_second_on() -> None:
    announced = signed(outdated=NEXT_YEAR)

    before, then = status(announced, at=NEXT_YEAR - SECOND), status(announced, at=NEXT_YEAR)

    assert before == Current(3, 1, NEXT_YEAR)
    assert then == again(Reason.NEW_VERSION, NEXT_YEAR)


def test_who_signed_the_announced_version_early_is_not_asked_again() -> None:
    assert status(signed(1, outdated=NEXT_YEAR), signed(3)) == Current(3, 3, None)


def test_what_staff_did_counts_though_the_callers_clock_is_behind() -> None:
    assert status(signed(invalidated=NOW), at=NOW - SECOND) == again(Reason.ADMIN_INVALIDATED, NOW)


def test_every_reason_has_words() -> None:
    assert set(IN_WORDS) == set(Reason)
