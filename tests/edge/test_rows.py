"""Rows of plain SQL come back by name."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from edge.rows import Columns, Statement, Together
from partners.models import ReferralPartner
from tests.make import make_partner


class Colours(NamedTuple):
    background: str
    font: str


class Seen(NamedTuple):
    days: int
    partner: ReferralPartner
    colours: Colours
    fee: str


SEEN = """
SELECT 1, {partner}, {colours}, partner.fee_percentage::text
  FROM partners_referralpartner partner WHERE name = %s
"""
PARTS: dict[str, Columns[ReferralPartner] | Together[Colours]] = {
    "partner": Columns(ReferralPartner, "partner", without=["logo"]),
    "colours": Together(Colours, "partner.background_colour, partner.font_colour"),
}


@pytest.mark.django_db
def test_each_place_of_a_row_is_what_its_columns_are() -> None:
    partner = make_partner(name="Ledgerly", background_colour="#112233", font_colour="#ddeeff", logo="")

    [seen] = Statement(Seen, SEEN, **PARTS).ask(["Ledgerly"])

    assert seen == Seen(1, partner, Colours("#112233", "#ddeeff"), str(partner.fee_percentage))
    assert (seen.partner.approval_days, seen.partner.logo) == (partner.approval_days, partner.logo)
    assert seen.partner.get_deferred_fields() == set()


@pytest.mark.django_db
@pytest.mark.parametrize("columns", ["1", "1, 2, 3"])
def test_a_row_with_more_or_fewer_columns_than_places_is_refused(columns: str) -> None:
    with pytest.raises(TypeError, match="columns for 2"):
        Statement(Colours, f"SELECT {columns}").ask([])
