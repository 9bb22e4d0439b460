"""The body of POST /cases/preview."""

from __future__ import annotations

import datetime

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from cases.api.schemas.amounts import AmountsRequest
from cases.api.schemas.debtor import PreviewDebtorRequest
from cases.api.schemas.kinds import Day, Url, fault, not_in_the_future
from cases.pricing.standard_fees import Age
from cases.routing import Wanted
from edge.shapes import example


class PreviewRequest(AmountsRequest):
    """What POST /cases/preview takes."""

    debtor: PreviewDebtorRequest = Field(examples=[example(PreviewDebtorRequest)])
    due_date: Day = Field(default=None, description="Not together with parts by age.", examples=["2025-06-30"])
    return_url: Url = Field(default="", description="Ignored: nothing is signed here.")

    @field_validator("due_date")
    @classmethod
    def _due_in_the_past(cls, day: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        if day is None:
            return None
        if info.data.get("amount_to_recover_over_12_months") is not None:
            raise fault("Not together with parts by age: send one or the other.")
        return not_in_the_future(day, info)

    def wanted(self) -> Wanted:
        """The facts by which routing finds who collects it."""
        place = self.debtor.place
        return Wanted(place.country, place.state, self.debtor.type, self.amount_to_recover, self.currency_code)

    def age(self) -> Age:
        """The age of the claim, which decides the uplift of the fee."""
        return Age(self.due_date, self.amount_to_recover_over_12_months, self.amount_to_recover_over_24_months)
