"""Cases that come with a client: which are created, and what a repeat is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases import submit_cases as module
from cases.claim import Claim
from cases.lifecycle import Lifecycle
from cases.models import Case, CaseTransition, SubmittedCase
from cases.routing import route_with_rates
from cases.submit_cases import Created, NotPlaced, Submitted, answer_repeat, submit_cases
from clients.models import Client, ReferralPartnerClientLink
from tests.cases.claims import CLAIM, DEBTOR
from tests.make import make_case, make_coverage, make_link, make_rate, make_user
from tests.race import Meeting, at_once
from tests.refused import check_now

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
UNCOVERED = replace(CLAIM, debtor=replace(DEBTOR, country="NO"), creditor_reference="INV-NO")

type Link = ReferralPartnerClientLink


@pytest.fixture
def link(db: None) -> Link:
    """A new client of a partner, in a world where Denmark is covered."""
    make_coverage()
    return make_link()


def submit(link: Link, *claims: Claim, **facts: Any) -> list[Submitted]:
    with transaction.atomic():
        outcomes = submit_cases(link=link, claims=claims, at=NOW, **{"assigned": {}, **facts})
        check_now()
    return outcomes


def repeat(link: Link, *claims: Claim) -> list[Submitted]:
    return answer_repeat(link=link, claims=claims)


def case_of(outcome: Submitted) -> Case:
    assert isinstance(outcome, Created)
    return outcome.case


def error_of(outcome: Submitted) -> str:
    assert isinstance(outcome, NotPlaced)
    return outcome.error_type


def test_a_covered_claim_becomes_a_case_that_waits_for_the_signature(link: Link) -> None:
    [outcome] = submit(link, CLAIM)

    case = Case.objects.get()
    assert outcome == Created(case)
    assert (case.lifecycle, case.remainder) == (Lifecycle.PENDING_CONTRACT_SIGNING, Decimal("1000.50"))
    assert (case.link, case.client, case.partner) == (link, link.client, link.partner)
    assert (case.created_at, case.updated_at, case.finished_at) == (NOW, NOW, None)


def test_the_case_says_all_that_the_claim_said(link: Link) -> None:
    submit(link, CLAIM)

    case = Case.objects.get()
    debtor = {f"debtor_{name}": value for name, value in vars(DEBTOR).items()}
    left_out = ("debtor", "collection_partner_id", "assigned_user_email", "division_id", "return_url")
    said = {name: value for name, value in vars(CLAIM).items() if name not in left_out}
    assert {name: getattr(case, name) for name in [*debtor, *said]} == debtor | said


def test_what_is_returned_is_what_is_kept(link: Link) -> None:
    [outcome] = submit(link, CLAIM)

    columns = [field.attname for field in Case._meta.concrete_fields]
    kept = Case.objects.get()
    assert {name: getattr(case_of(outcome), name) for name in columns} == {
        name: getattr(kept, name) for name in columns
    }


def test_the_first_step_is_written_down(link: Link) -> None:
    submit(link, CLAIM)

    step = CaseTransition.objects.get()
    assert (step.case, step.at, step.by, step.from_lifecycle) == (Case.objects.get(), NOW, None, "")
    assert (step.to_lifecycle, step.why) == ("PendingContractSigning", "Came with the client")


def test_an_uncovered_claim_is_reported_at_its_place(link: Link) -> None:
    outcomes = submit(link, UNCOVERED, CLAIM, replace(UNCOVERED, creditor_reference=""))

    assert [type(outcome) for outcome in outcomes] == [NotPlaced, Created, NotPlaced]
    assert error_of(outcomes[0]) == "NoPartnerAvailable"
    assert Case.objects.count() == 1
    assert list(SubmittedCase.objects.values_list("position", "creditor_reference", "error_type", "case")) == [
        (0, "INV-NO", "NoPartnerAvailable", None),
        (1, "INV-1", "", Case.objects.get().pk),
        (2, "", "NoPartnerAvailable", None),
    ]


def test_a_collection_partner_that_does_not_cover_is_a_failed_case(link: Link) -> None:
    elsewhere = make_coverage(country="SE").collection_partner

    outcomes = submit(
        link,
        replace(CLAIM, creditor_reference="1", collection_partner_id=elsewhere.pk),
        replace(CLAIM, creditor_reference="2", collection_partner_id=uuid4()),
    )

    assert [error_of(outcome) for outcome in outcomes] == ["NoPartnerAvailable"] * 2


def test_the_collection_partner_that_is_asked_for_gets_it(link: Link) -> None:
    wanted = make_coverage().collection_partner

    [outcome] = submit(link, replace(CLAIM, collection_partner_id=wanted.pk))

    assert case_of(outcome).collection_partner == wanted


@pytest.mark.parametrize(
    ("facts", "fee", "uplift"),
    [
        # 1,000.50 EUR are 1,080.54 USD: 9.5 % in Europe, and by age ((800 - 0.25) * 10 + 0.25 * 20) / 1,000.50 points.
        ({}, Decimal("17.5"), Decimal("8.00")),
        ({"amount": Decimal("925.92")}, Decimal("28.64"), Decimal("8.64")),
        ({"over_6_months": None, "over_12_months": None, "over_24_months": None}, Decimal("9.5"), None),
        ({"currency": "SEK"}, None, Decimal("8.00")),
        ({"currency": "USD"}, Decimal("17.5"), Decimal("8.00")),
    ],
)
def test_a_case_is_priced_by_the_standard_agreement(
    link: Link, facts: dict[str, Any], fee: Decimal | None, uplift: Decimal | None
) -> None:
    make_rate("EUR", "1.08")

    [outcome] = submit(link, replace(CLAIM, **facts))

    assert (case_of(outcome).success_fee_percentage, case_of(outcome).age_uplift_points) == (fee, uplift)


def test_a_claim_that_is_due_for_over_a_year_is_dearer(link: Link) -> None:
    without_parts = replace(CLAIM, currency="USD", over_6_months=None, over_12_months=None, over_24_months=None)

    [outcome] = submit(link, replace(without_parts, date=date(2025, 1, 1), due_date=date(2025, 2, 1)))

    assert (case_of(outcome).success_fee_percentage, case_of(outcome).age_uplift_points) == (Decimal("19.5"), None)


def test_a_claim_is_assigned_to_the_user_of_its_address(link: Link) -> None:
    user = make_user(link.client, email="jane@acme.test")

    [outcome] = submit(link, replace(CLAIM, assigned_user_email="Jane@acme.test"), assigned={"Jane@acme.test": user})

    assert case_of(outcome).assigned_user == user


def test_a_reference_that_the_client_has_through_another_partner_is_a_duplicate(link: Link) -> None:
    make_coverage()
    type(link).objects.filter(pk=link.pk).update(archived_at=datetime(2030, 1, 1, tzinfo=UTC))
    make_case(link=link, creditor_reference="INV-1", debtor_name="Of the rival")
    moved = make_link(client=link.client)

    outcomes = submit(moved, CLAIM, replace(CLAIM, creditor_reference="INV-2"))

    assert [type(outcome) for outcome in outcomes] == [NotPlaced, Created]
    assert error_of(outcomes[0]) == "DuplicateReference"
    assert [error_of(each) for each in repeat(moved, CLAIM)] == ["DuplicateReference"]


def test_a_reference_that_the_client_has_under_this_link_is_answered_with_its_case(link: Link) -> None:
    case = make_case(link=link, creditor_reference="INV-1")

    outcomes = submit(link, CLAIM)

    assert outcomes == [Created(case)] == repeat(link, CLAIM)
    assert Case.objects.count() == 1


def test_a_reference_that_is_taken_is_drawn_again(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    make_case(reference="AAAAAAAA")
    draws = iter(["AAAAAAAA", "AAAAAAAA", "BBBBBBBB", "BBBBBBBB", "CCCCCCCC"])
    monkeypatch.setattr(Case._meta.get_field("reference"), "_get_default", lambda: next(draws))
    monkeypatch.setattr(module, "draw_reference", lambda: next(draws))

    outcomes = submit(link, CLAIM, replace(CLAIM, creditor_reference="INV-2"))

    assert {case_of(outcome).reference for outcome in outcomes} == {"BBBBBBBB", "CCCCCCCC"}
    assert set(Case.objects.values_list("reference", flat=True)) == {"AAAAAAAA", "BBBBBBBB", "CCCCCCCC"}


def test_a_second_call_for_a_link_is_refused_and_creates_nothing(link: Link) -> None:
    submit(link, CLAIM)

    with pytest.raises(IntegrityError, match="one_claim_per_position_of_a_call"):
        submit(link, replace(CLAIM, creditor_reference="INV-2"))

    assert Case.objects.count() == 1


def test_without_claims_nothing_is_asked_and_nothing_written(link: Link) -> None:
    with CaptureQueriesContext(connection) as queries:
        outcomes = submit_cases(link=link, claims=[], assigned={}, at=NOW), answer_repeat(link=link, claims=[])

    assert outcomes == ([], [])
    assert len(queries) == 0


@pytest.mark.parametrize("number", [1, 100])
def test_as_many_statements_for_a_hundred_claims_as_for_one(link: Link, number: int) -> None:
    claims = [replace(CLAIM, creditor_reference=f"INV-{n}") for n in range(number)]
    claims[1::2] = [replace(claim, debtor=UNCOVERED.debtor) for claim in claims[1::2]]

    with CaptureQueriesContext(connection) as submitting:
        submit_cases(link=link, claims=claims, assigned={}, at=NOW)
    with CaptureQueriesContext(connection) as repeating:
        answers = answer_repeat(link=link, claims=claims)
        names = {case_of(answer).collection_partner.name for answer in answers[::2]}

    assert (len(submitting), len(repeating), len(names)) == (5, 1, 1)


def test_a_repeat_is_answered_by_reference_whatever_else_is_said(link: Link) -> None:
    outcomes = submit(link, CLAIM, UNCOVERED)

    answers = repeat(link, replace(UNCOVERED, amount=Decimal(5)), replace(CLAIM, debtor=UNCOVERED.debtor))

    assert answers == outcomes[::-1]


def test_a_repeat_without_reference_is_answered_by_position_and_content(link: Link) -> None:
    first, second = (replace(CLAIM, creditor_reference="", comments=comments) for comments in ("first", "second"))
    outcomes = submit(link, first, second)

    assert repeat(link, first, second) == outcomes
    assert [error_of(each) for each in repeat(link, second, first)] == ["IdempotencyViolation"] * 2


def test_what_the_first_call_did_not_have_is_not_created_by_a_repeat(link: Link) -> None:
    submit(link, CLAIM)

    answers = repeat(link, replace(CLAIM, creditor_reference="INV-2"), CLAIM, replace(CLAIM, creditor_reference=""))

    assert [type(answer) for answer in answers] == [NotPlaced, Created, NotPlaced]
    assert error_of(answers[0]) == error_of(answers[2]) == "IdempotencyViolation"
    assert Case.objects.count() == 1


def test_a_repeat_shows_the_case_as_it_is_now(link: Link) -> None:
    submit(link, CLAIM)
    Case.objects.update(remainder=5)

    [answer] = repeat(link, CLAIM)

    assert case_of(answer).remainder == 5


def test_nothing_of_another_link_is_ever_shown(link: Link) -> None:
    submit(link, CLAIM)

    assert [error_of(each) for each in repeat(make_link(), CLAIM)] == ["IdempotencyViolation"]


@pytest.fixture
def _meet_before_creating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "route_with_rates", Meeting().before(route_with_rates))


def two_links_of_a_client() -> list[Link]:
    """One that a move has archived, and the one that it made."""
    make_coverage()
    old = make_link()
    type(old).objects.filter(pk=old.pk).update(archived_at=datetime(2030, 1, 1, tzinfo=UTC))
    return [old, make_link(client=old.client)]


@transaction.atomic
def call_without_lock(link: Link) -> list[Submitted]:
    return submit_cases(link=link, claims=[CLAIM], assigned={}, at=NOW)


@transaction.atomic
def call(link: Link) -> list[Submitted]:
    Client.objects.lock().get(pk=link.client_id)
    return call_without_lock(link)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_meet_before_creating")
def test_two_calls_with_the_same_reference_that_hold_the_client_make_one_case() -> None:
    outcomes = at_once(*[partial(call, link) for link in two_links_of_a_client()])

    assert sorted(type(outcome).__name__ for [outcome] in outcomes) == ["Created", "NotPlaced"]
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_meet_before_creating")
def test_without_the_callers_lock_the_constraint_still_holds() -> None:
    with pytest.raises(IntegrityError, match="one_case_per_reference_of_a_client"):
        at_once(*[partial(call_without_lock, link) for link in two_links_of_a_client()])

    assert Case.objects.count() == 1
