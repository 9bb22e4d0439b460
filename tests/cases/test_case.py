"""Cases: what the database refuses of them, and how they are found by their words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from cases.lifecycle import Lifecycle
from cases.models import Case, CaseTransition, SubmittedCase
from tests.make import (
    make_case,
    make_client,
    make_coverage,
    make_link,
    make_partner,
    make_staff,
    make_submitted,
    make_user,
)
from tests.refused import check_now, refused

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "look-alikes": ("case_reference_is_for_people", {"reference": "ABCDEFG0"}),
    "short reference": ("case_reference_is_for_people", {"reference": "ABCDEFG"}),
    "an unknown type": ("debtor_type_is_known", {"debtor_type": "Person"}),
    "a country by name": ("debtor_country_is_alpha_2", {"debtor_country": "dk"}),
    "the US without a state": ("only_and_every_us_debtor_has_a_state_code", {"debtor_country": "US"}),
    "a state elsewhere": ("only_and_every_us_debtor_has_a_state_code", {"debtor_state_code": "CA"}),
    "no name": ("debtor_has_a_name", {"debtor_name": ""}),
    "a currency by name": ("case_is_in_a_currency", {"currency": "eur"}),
    "nothing owed": ("amount_is_positive", {"amount": Decimal(0)}),
    "12 without 24": ("older_parts_are_within_younger_ones", {"over_12_months": 5}),
    "24 without 12": ("older_parts_are_within_younger_ones", {"over_24_months": 5}),
    "6 alone": ("older_parts_are_within_younger_ones", {"over_6_months": 5}),
    "6 with 12 only": ("older_parts_are_within_younger_ones", {"over_6_months": 5, "over_12_months": 5}),
    "6 with 24 only": ("older_parts_are_within_younger_ones", {"over_6_months": 5, "over_24_months": 5}),
    "24 over 12": ("older_parts_are_within_younger_ones", {"over_12_months": 5, "over_24_months": 6}),
    "12 over 6": (
        "older_parts_are_within_younger_ones",
        {"over_6_months": 5, "over_12_months": 6, "over_24_months": 1},
    ),
    "12 over all": ("older_parts_are_within_younger_ones", {"over_12_months": 1001, "over_24_months": 1}),
    "6 over all": (
        "older_parts_are_within_younger_ones",
        {"over_6_months": 1001, "over_12_months": 6, "over_24_months": 1},
    ),
    "less than nothing": ("older_parts_are_within_younger_ones", {"over_12_months": 5, "over_24_months": -1}),
    "due before its date": ("case_is_due_after_its_date", {"due_date": "2026-09-30"}),
    "closed without a code": ("only_and_every_closed_case_has_a_close_code", {"lifecycle": "Closed"}),
    "an unknown code": (
        "only_and_every_closed_case_has_a_close_code",
        {"lifecycle": "Closed", "close_code": "Lost"},
    ),
    "a code while open": ("only_and_every_closed_case_has_a_close_code", {"close_code": "Paid"}),
    "an end while open": ("only_and_every_finished_case_has_its_end", {"finished_at": NOW}),
    "earnings while open": ("only_a_closed_case_has_earned", {"earnings_usd": 1}),
    "more left than owed": ("remainder_is_part_of_the_amount", {"remainder": 1001}),
    "less left than nothing": ("remainder_is_part_of_the_amount", {"remainder": -1}),
    "a fee over all": ("success_fee_is_a_percentage", {"success_fee_percentage": 101}),
    "an uplift over 20": ("age_uplift_is_0_to_20_points", {"age_uplift_points": 21}),
}
MAY_CHANGE = {
    "lifecycle": "PendingVerification",
    "close_code": "",
    "remainder": 5,
    "collection_partner": None,
    "assigned_user": None,
    "success_fee_percentage": 9,
    "age_uplift_points": 3,
    "earnings_usd": None,
    "updated_at": NOW,
    "collection_started_at": NOW,
    "finished_at": None,
}
FROZEN = [field.column for field in Case._meta.concrete_fields if field.name not in MAY_CHANGE]


@pytest.mark.parametrize(("rule", "facts"), REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(db: None, rule: str, facts: dict[str, Any]) -> None:
    with refused(rule):
        make_case(**facts)


@pytest.mark.parametrize(
    "parts",
    [(None, None, None), (None, 5, 5), (None, 1000, 0), (5, 5, 5), (1000, 1000, 1000), (6, 5, 4), (1000, 0, 0)],
)
def test_parts_by_age_are_kept_when_older_ones_are_within_younger_ones(db: None, parts: tuple[int | None, ...]) -> None:
    younger, older, oldest = parts

    case = make_case(over_6_months=younger, over_12_months=older, over_24_months=oldest)

    assert (case.over_6_months, case.over_12_months, case.over_24_months) == parts


def test_a_lifecycle_is_one_of_those_in_the_table(db: None) -> None:
    facts = _facts_of(make_case())

    with refused("case_lifecycle_is_known"):
        Case.objects.create(**facts | {"lifecycle": "Waiting"})


def test_a_merged_case_without_its_end_is_refused(db: None) -> None:
    case = make_case()

    with refused("only_and_every_finished_case_has_its_end"):
        Case.objects.filter(pk=case.pk).update(lifecycle=Lifecycle.MERGED)


def test_a_reference_of_the_creditor_is_there_once_per_client(db: None) -> None:
    case = make_case(creditor_reference="A-1")
    make_case(link=case.link, creditor_reference="a-1")
    make_case(link=case.link, creditor_reference="")
    make_case(link=case.link, creditor_reference="")
    make_case(creditor_reference="A-1")

    with refused("one_case_per_reference_of_a_client"):
        make_case(link=case.link, creditor_reference="A-1")


def test_references_for_people_are_unique(db: None) -> None:
    case = make_case()

    with refused("reference"):
        make_case(reference=case.reference)


@pytest.mark.parametrize("column", FROZEN)
def test_what_was_claimed_stays_as_it_was(db: None, column: str) -> None:
    parts: dict[str, Any] = {"over_6_months": 3, "over_12_months": 2, "over_24_months": 1}
    case = make_case(debtor_country="US", debtor_state_code="CA", due_date="2026-10-02", **parts)
    [value] = Case.objects.filter(pk=case.pk).values_list(column, flat=True)

    with refused("a case is frozen but for its course"):
        Case.objects.filter(pk=case.pk).update(**{column: _another(value)})


def _another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case str():
            return {"Company": "Private", "DK": "SE", "EUR": "SEK", "US": "SE", "CA": "NY"}.get(value, "ABCDEFGH")
        case Decimal():
            return value / 2
        case datetime():
            return NOW
        case date():
            return "2026-09-30" if value == date(2026, 10, 1) else "2026-10-03"
    return UUID("3f1e0a4e-9d1c-4d0a-8d54-0d5b9f0d1c11")


@pytest.mark.parametrize("name", ["remainder", "success_fee_percentage", "updated_at", "collection_started_at"])
def test_its_course_goes_on(db: None, name: str) -> None:
    case = make_case()

    assert Case.objects.filter(pk=case.pk).update(**{name: MAY_CHANGE[name]}) == 1


def test_a_case_gets_another_collection_partner(db: None) -> None:
    case = make_case()
    other = make_coverage().collection_partner

    Case.objects.filter(pk=case.pk).update(collection_partner=other)
    case.refresh_from_db()

    assert case.collection_partner == other


def test_a_case_belongs_to_the_client_and_the_partner_of_its_link(db: None) -> None:
    link, other = make_link(), make_link()
    facts: dict[str, Any] = _facts_of(make_case(link=link))

    with refused("case_is_of_its_links_client_and_partner"):
        Case.objects.create(**facts | {"client": other.client})
    with refused("case_is_of_its_links_client_and_partner"):
        Case.objects.create(**facts | {"partner": make_partner()})


def _facts_of(case: Case) -> dict[str, Any]:
    facts = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    return {
        name: value for name, value in facts.items() if name not in ("id", "reference", "client_id", "partner_id")
    } | {
        "client": case.client,
        "partner": case.partner,
    }


def test_a_case_is_assigned_to_nobody_of_another_client(db: None) -> None:
    stranger = make_user(make_client(), email="jane@other.test")

    with refused("case_is_assigned_to_a_user_of_its_client"):
        make_case(assigned_user=stranger)


def test_a_user_who_is_removed_leaves_the_case_to_nobody(db: None) -> None:
    link = make_link()
    user = make_user(link.client, email="jane@acme.test")
    case = make_case(link=link, assigned_user=user)

    link.client.users.all().delete()
    check_now()

    case.refresh_from_db()
    assert (case.assigned_user_id, case.client_id) == (None, link.client_id)


def test_a_step_that_the_table_does_not_have_is_refused(db: None) -> None:
    case = make_case()

    with refused("from PendingContractSigning to Active"):
        Case.objects.filter(pk=case.pk).update(lifecycle=Lifecycle.ACTIVE)


def test_a_lifecycle_comes_with_its_transition(db: None) -> None:
    case = make_case()
    check_now()

    with refused("newest transition"):
        Case.objects.filter(pk=case.pk).update(lifecycle=Lifecycle.PENDING_VERIFICATION)


def test_a_new_case_comes_with_its_first_transition(db: None) -> None:
    facts = _facts_of(make_case())

    with refused("newest transition"):
        Case.objects.create(**facts)


def test_a_transition_comes_with_its_lifecycle(db: None) -> None:
    case = make_case()
    check_now()

    with refused("newest transition"):
        _step(case, "PendingContractSigning", "PendingVerification")


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("", "PendingVerification", "begins where the one before it ended"),
        ("Leads", "Active", "begins where the one before it ended"),
        ("PendingContractSigning", "Active", "cannot go from"),
        ("PendingContractSigning", "PendingContractSigning", "cannot go from"),
    ],
)
def test_a_transition_goes_on_from_the_last_one(db: None, before: str, after: str, rule: str) -> None:
    case = make_case()

    with refused(rule):
        _step(case, before, after)


def test_a_transition_has_a_reason(db: None) -> None:
    case = make_case()

    with refused("transition_has_a_reason"):
        _step(case, "PendingContractSigning", "PendingVerification", why="")


def _step(case: Case, before: str, after: str, *, why: str = "They called") -> None:
    CaseTransition.objects.create(
        case=case, at=NOW, by=make_staff(), from_lifecycle=before, to_lifecycle=after, why=why
    )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_case",
        "TRUNCATE cases_case CASCADE",
        "UPDATE cases_casetransition SET why = 'Another'",
        "DELETE FROM cases_casetransition",
        "TRUNCATE cases_casetransition",
        "UPDATE cases_submittedcase SET position = 7",
        "DELETE FROM cases_submittedcase",
        "TRUNCATE cases_submittedcase",
    ],
)
def test_nothing_is_taken_back(db: None, statement: str) -> None:
    case = make_case()
    make_submitted(case.link, case=case)
    check_now()

    with refused("it is append-only|cases are closed"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"error_type": "NoPartnerAvailable"},
        {"error_message": "Nobody"},
        {"error_type": "Unlucky", "error_message": "Nobody"},
        {"case": True, "error_type": "NoPartnerAvailable", "error_message": "Nobody"},
    ],
)
def test_a_claim_became_a_case_or_an_error(db: None, facts: dict[str, Any]) -> None:
    case = make_case()
    facts = facts | {"case": case if "case" in facts else None}

    with refused("a_submitted_case_is_a_case_or_an_error"):
        SubmittedCase.objects.create(link=case.link, position=0, digest="0" * 64, **facts)


def test_a_claim_became_a_case_of_the_very_link(db: None) -> None:
    case, other = make_case(), make_link()

    with refused("submitted_case_came_under_its_link"):
        make_submitted(other, case=case)


@pytest.mark.parametrize(
    "words",
    [
        "müller",
        "MÜLL",
        "ＭÜＬＬＥＲ",
        "gmbh",
        "söhne müller",
        "co.",
        "inv-2026/17",
        "2026 inv",
        "0017",
        "d'or",
        "dor",
        "D’OR",
        "muller sohne",
        "АВС",
        "ВС",
        "WXYZ",
        "wxyz23",
        "xyz23",
        "üller",
        "ÖHNE",
        "026",
        "me",
    ],
)
def test_a_case_is_found_by_parts_of_its_words(db: None, words: str) -> None:
    case = make_case(
        reference="WXYZ2345",
        creditor_reference="INV-2026/17.0017",
        debtor_name="Müller & Söhne GmbH (Co) d'Or авс Mester",
    )
    make_case()

    assert list(Case.objects.matching(words)) == [case]


@pytest.mark.parametrize("words", ["", " ", "&|!():*'\\", "mülle r", "müller abc", "26", "%", "müller | debitor"])
def test_a_case_is_not_found_by_what_is_not_in_its_words(db: None, words: str) -> None:
    make_case(reference="WXYZ2345", creditor_reference="INV-2026", debtor_name="Müller GmbH")

    assert not Case.objects.matching(words).exists()


def test_very_long_words_are_no_error(db: None) -> None:
    assert not Case.objects.matching("ä" * 10_000).exists()


@pytest.mark.parametrize(
    ("words", "searched"),
    [
        (" ".join(["i"] * 100), "'=i':*"),
        ("inv INV In i", "'inv':*"),
        ("a b c d e f gh ijk", "'ijk':* & '=gh':* & '=a':* & '=b':* & '=c':* & '=d':*"),
        ("Nord-Handel & Co, KG", "'handel':* & 'nord':* & '=co':* & '=kg':*"),
        ("del Handel ha", "'handel':*"),
        ("Ψυχή 山", "'ψυχη':* & '山':*"),
        ("x" * 200, f"'{'x' * 24}':*"),
    ],
)
def test_a_search_goes_by_its_most_telling_words(db: None, words: str, searched: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT debitura_case_query(%s)::text", [words])

        assert cursor.fetchone() == (searched,)


def test_the_search_uses_its_index(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = Case.objects.matching("acme").explain()

    assert "cases_by_their_words" in plan
