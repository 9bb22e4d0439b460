"""Decisions: with a reason, all or nothing, and in a log that the database only adds to."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.utils import IntegrityError

from partners.models import ReferralPartner
from staff.decision import decision
from staff.history import NOBODY, Change, history_of
from tests.make import make_staff
from tests.rows import everything

TABLES = ["django_admin_log", "pghistory_context", "partners_referralpartnerhistory"]


def change_fee(partner: ReferralPartner, *, why: str = "A new contract") -> None:
    """As somebody of the staff."""
    with decision(by=make_staff(), why=why, what="Changed the fee", about=partner):
        partner.fee_percentage = 20
        partner.save(update_fields=["fee_percentage"])
    partner.refresh_from_db()


def test_a_decision_is_in_the_history_with_who_why_and_what(partner: ReferralPartner) -> None:
    change_fee(partner)

    [happened] = history_of(partner)
    assert (happened.who, happened.what, happened.why) == ("Sam Staff", "Changed the fee", "A new contract")
    assert happened.changes == [Change("Fee percentage", "12.50", "20.00")]


@pytest.mark.parametrize("why", ["", "  ", "\n\t"])
def test_without_a_reason_nothing_is_decided(partner: ReferralPartner, why: str) -> None:
    with pytest.raises(ValueError, match="has a reason"):
        change_fee(partner, why=why)

    assert history_of(ReferralPartner.objects.get()) == []
    assert not LogEntry.objects.exists()


def test_what_fails_on_the_way_leaves_no_trace(partner: ReferralPartner) -> None:
    staff = make_staff()
    before = everything()

    def decide() -> None:
        with decision(by=staff, why="Too much", what="Changed the fee", about=partner):
            ReferralPartner.objects.update(fee_percentage=50)
            ReferralPartner.objects.update(fee_percentage=101)

    with pytest.raises(IntegrityError, match="partner_fee_is_a_percentage"):
        decide()

    assert everything() == before


def test_what_comes_after_a_decision_is_not_its_doing(partner: ReferralPartner) -> None:
    change_fee(partner)

    ReferralPartner.objects.update(fee_percentage=30)

    partner.refresh_from_db()
    happened = {(each.who, each.why) for each in history_of(partner)}
    assert happened == {("Sam Staff", "A new contract"), (NOBODY, "")}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "sql", ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}", "TRUNCATE {table} CASCADE"]
)
def test_log_and_history_refuse_even_the_owner_of_the_database(partner: ReferralPartner, sql: str, table: str) -> None:
    change_fee(partner)
    before = everything()
    column = "id" if table != TABLES[2] else "pgh_id"

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; " + sql.format(table=table, column=column))

    assert everything() == before
