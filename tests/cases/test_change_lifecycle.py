"""Cases on their course: moved by staff, or set going by the signature."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.change_lifecycle import (
    Changed,
    CloseCodeUnfit,
    LifecycleOutcome,
    NotAllowed,
    RemainderUnfit,
    change_lifecycle,
    release_signed_cases,
)
from cases.lifecycle import TRANSITIONS, CloseCode, Lifecycle
from cases.models import Case, CaseTransition
from tests.make import make_case, make_client, make_link, make_partner, make_rate, make_staff
from tests.race import in_thread, wait_until_blocked
from tests.refused import check_now

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def move(case: Case, to: Lifecycle, **facts: Any) -> LifecycleOutcome:
    outcome = change_lifecycle(case=case, to=to, **{"by": make_staff(), "why": "They called", "at": NOW, **facts})
    check_now()
    case.refresh_from_db()
    return outcome


def make_active(**facts: Any) -> Case:
    return make_case(lifecycle=Lifecycle.ACTIVE, **facts)


def test_staff_move_a_case_and_it_is_written_down_who_and_why(db: None) -> None:
    case, sam = make_case(), make_staff()

    outcome = move(case, Lifecycle.PENDING_VERIFICATION, by=sam, why="The client called")

    assert outcome == Changed(case)
    assert (case.lifecycle, case.updated_at) == ("PendingVerification", NOW)
    step = case.transitions.latest("id")
    assert (step.from_lifecycle, step.to_lifecycle) == ("PendingContractSigning", "PendingVerification")
    assert (step.at, step.by, step.why) == (NOW, sam, "The client called")
    assert "Moved from Pending contract signing to Pending Verification" in LogEntry.objects.get().change_message


def test_a_step_that_the_table_does_not_have_is_refused(db: None) -> None:
    case = make_case()

    assert move(case, Lifecycle.ACTIVE) == NotAllowed(Lifecycle.PENDING_CONTRACT_SIGNING, Lifecycle.ACTIVE)
    assert case.lifecycle == "PendingContractSigning"
    assert CaseTransition.objects.count() == 1


def test_a_second_call_changes_nothing(db: None) -> None:
    case = make_active()
    move(case, Lifecycle.PAUSED)

    assert move(case, Lifecycle.PAUSED) == NotAllowed(Lifecycle.PAUSED, Lifecycle.PAUSED)
    assert case.transitions.count() == 2


def test_without_a_reason_nothing_is_moved(db: None) -> None:
    case = make_active()

    with pytest.raises(ValueError, match="reason"):
        change_lifecycle(case=case, to=Lifecycle.PAUSED, by=make_staff(), why=" ", at=NOW)

    case.refresh_from_db()
    assert case.lifecycle == "Active"


STEPS = [(before, after) for before, allowed in TRANSITIONS.items() for after in sorted(allowed)]


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_the_database_takes_every_step_of_the_table(db: None, before: Lifecycle, after: Lifecycle) -> None:
    closing = {Lifecycle.CLOSED: CloseCode.OTHER}
    case = make_case(lifecycle=before, close_code=closing.get(before, ""))

    assert isinstance(move(case, after, close_code=closing.get(after)), Changed)
    assert case.lifecycle == after


def test_collection_starts_when_a_case_becomes_active_for_the_first_time(db: None) -> None:
    case = make_case(lifecycle=Lifecycle.LEADS)

    move(case, Lifecycle.ACTIVE)
    move(case, Lifecycle.PAUSED, at=NOW + timedelta(days=1))
    move(case, Lifecycle.ACTIVE, at=NOW + timedelta(days=2))

    assert case.collection_started_at == NOW


@pytest.mark.parametrize(
    ("to", "close_code"),
    [(Lifecycle.CLOSED, None), (Lifecycle.PAUSED, CloseCode.PAID), (Lifecycle.MERGED, CloseCode.PAID)],
)
def test_closing_takes_a_close_code_and_nothing_else_does(
    db: None, to: Lifecycle, close_code: CloseCode | None
) -> None:
    case = make_active()

    assert move(case, to, close_code=close_code) == CloseCodeUnfit()
    assert case.lifecycle == "Active"


@pytest.mark.parametrize("remainder", ["-0.01", "1000.01"])
def test_what_remains_is_part_of_the_amount(db: None, remainder: str) -> None:
    case = make_active()

    outcome = move(case, Lifecycle.CLOSED, close_code=CloseCode.PARTIALLY_PAID, remainder=Decimal(remainder))

    assert outcome == RemainderUnfit(Decimal(1000))
    assert case.lifecycle == "Active"


def test_a_closed_case_has_its_end_its_code_and_what_remains(db: None) -> None:
    case = make_active()

    move(case, Lifecycle.CLOSED, close_code=CloseCode.PARTIALLY_PAID, remainder=Decimal(400))

    assert (case.finished_at, case.close_code, case.remainder) == (NOW, "PartiallyPaid", Decimal(400))


@pytest.mark.parametrize(
    ("close_code", "remains"), [(CloseCode.PAID, 0), (CloseCode.PARTIALLY_PAID, 1000), (CloseCode.OTHER, 1000)]
)
def test_of_a_paid_case_nothing_remains_unless_it_is_said(db: None, close_code: CloseCode, remains: int) -> None:
    case = make_active()

    move(case, Lifecycle.CLOSED, close_code=close_code)

    assert case.remainder == remains


def test_the_partner_earns_its_part_of_debituras_part_of_the_fee(db: None) -> None:
    make_rate("EUR", "1.08")
    link = make_link(partner=make_partner(fee_percentage=Decimal(50)))
    case = make_active(link=link, success_fee_percentage=Decimal(20))

    move(case, Lifecycle.CLOSED, close_code=CloseCode.PARTIALLY_PAID, remainder=Decimal(500))

    # 500 EUR are 540 USD; of these 20 % fee, of that 30 % for Debitura, of that 50 % for the partner.
    assert case.earnings_usd == Decimal("16.20")


@pytest.mark.parametrize(
    ("close_code", "price", "earned"),
    [(CloseCode.OTHER, 20, Decimal(0)), (CloseCode.PAID, None, None), (CloseCode.PAID, 20, None)],
)
def test_without_money_nothing_is_earned_and_without_price_or_rate_it_is_not_known(
    db: None, close_code: CloseCode, price: int | None, earned: Decimal | None
) -> None:
    case = make_active(success_fee_percentage=price)

    move(case, Lifecycle.CLOSED, close_code=close_code)

    assert case.earnings_usd == earned


def test_a_reopened_case_has_no_end_and_has_earned_nothing_yet(db: None) -> None:
    case = make_active(currency="USD", success_fee_percentage=Decimal(20))
    move(case, Lifecycle.CLOSED, close_code=CloseCode.PARTIALLY_PAID, remainder=Decimal(400))

    move(case, Lifecycle.ACTIVE)

    assert (case.finished_at, case.close_code, case.earnings_usd) == (None, "", None)
    assert case.remainder == 400


def test_signing_sets_the_waiting_cases_going(db: None) -> None:
    link = make_link()
    waiting = make_case(link=link)
    skipping = make_case(link=link, skip_verification=True)
    closed = make_case(link=link, lifecycle=Lifecycle.CLOSED, close_code="Other")

    moved = release_signed_cases(client=link.client, at=NOW)
    check_now()

    assert moved == 2
    assert dict(Case.objects.values_list("pk", "lifecycle")) == {
        waiting.pk: "PendingVerificationInternal",
        skipping.pk: "PendingVerification",
        closed.pk: "Closed",
    }
    step = waiting.transitions.latest("id")
    assert (step.at, step.by, step.why) == (NOW, None, "The client signed the agreement")


def test_signing_again_moves_nothing(db: None) -> None:
    case = make_case()
    release_signed_cases(client=case.client, at=NOW)

    assert release_signed_cases(client=case.client, at=NOW) == 0
    assert case.transitions.count() == 2


def test_signing_moves_cases_of_the_client_whatever_link_they_came_through(db: None) -> None:
    client = make_client()
    make_case(link=make_link(client=client, archived_at=datetime(2030, 1, 1, tzinfo=UTC)))
    make_case(link=make_link(client=client, tenant_id="tenant-2"))
    others = make_case()

    assert release_signed_cases(client=client, at=NOW) == 2
    others.refresh_from_db()
    assert others.lifecycle == "PendingContractSigning"


@pytest.mark.parametrize("number", [0, 1, 30])
def test_signing_takes_one_statement_for_any_number_of_cases(db: None, number: int) -> None:
    link = make_link()
    [make_case(link=link) for _ in range(number)]

    with CaptureQueriesContext(connection) as queries:
        moved = release_signed_cases(client=link.client, at=NOW)

    assert (moved, len(queries)) == (number, 1)


@pytest.mark.django_db(transaction=True)
def test_a_case_that_staff_close_while_the_client_signs_stays_closed() -> None:
    case = make_case()
    facts: dict[str, Any] = {"by": make_staff(), "why": "They called", "at": NOW, "close_code": CloseCode.OTHER}

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            change_lifecycle(case=case, to=Lifecycle.CLOSED, **facts)
            signing = in_thread(pool, partial(release_signed_cases, client=case.client, at=NOW))
            wait_until_blocked()
        moved = signing.result(timeout=60)

    case.refresh_from_db()
    assert (moved, case.lifecycle, case.transitions.count()) == (0, "Closed", 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_one_moves_the_case_and_the_other_is_told() -> None:
    case = make_active()
    facts: dict[str, Any] = {"case": case, "by": make_staff(), "why": "They called", "at": NOW}

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            change_lifecycle(to=Lifecycle.PAUSED, **facts)
            second = in_thread(pool, partial(change_lifecycle, to=Lifecycle.PAUSED, **facts))
            wait_until_blocked()
        outcome = second.result(timeout=60)

    assert outcome == NotAllowed(Lifecycle.PAUSED, Lifecycle.PAUSED)
    assert case.transitions.count() == 2
