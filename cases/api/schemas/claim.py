"""A claim that a partner sends to be collected."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, cast

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from cases.api.schemas.amounts import AmountsRequest
from cases.api.schemas.debtor import DebtorRequest
from cases.api.schemas.kinds import Day, Url, Uuid, fault, not_in_the_future
from cases.claim import Claim
from cases.models import Case
from edge.kinds_of_text import Code, OptionalLine, OptionalText
from edge.shapes import example

LONGEST_ASSIGNED = 320  # as mail allows: 64 before the @, 255 after it; it is only looked up


class CaseRequest(AmountsRequest):
    """A claim that is to be collected."""

    date: Day = Field(default=None, examples=["2026-01-15"])
    due_date: Day = Field(default=None, examples=["2026-02-14"])
    creditor_reference: Annotated[str, Code.of(Case, "creditor_reference")] = Field(
        default="",
        description="Your customer's own, such as the invoice number; once for each of its cases.",
        examples=["INV-1001"],
    )
    comments: Annotated[str, OptionalText.of(Case, "comments")] = ""
    claim_description: Annotated[str, OptionalText.of(Case, "description")] = Field(
        default="", examples=["Lamps, delivered in January"]
    )
    debtor: DebtorRequest = Field(examples=[example(DebtorRequest)])
    creditor_division_id: Uuid = None
    collection_partner_id: Uuid = Field(
        default=None, description="Who shall collect it; must be active and cover the debtor. Left out: we choose."
    )
    assigned_user_email: Annotated[str, Code(LONGEST_ASSIGNED)] = Field(
        default="", description="Of one of the client's users, who then gets the mails about this case."
    )
    skip_debitura_verification: bool = False
    skip_creation_emails: bool = Field(default=False, deprecated=True, description="Ignored.")
    allow_pending_contracts: bool = Field(default=False, description="Ignored: cases wait for the signature.")
    is_test: bool = False
    tag: Annotated[str, OptionalLine.of(Case, "tag")] = ""
    return_url: Url = Field(default="", description="Absolute http(s); what is not is dropped.")

    @field_validator("creditor_reference")
    @classmethod
    def _once_in_a_request(cls, reference: str, info: ValidationInfo) -> str:
        """Refuse a reference twice in a request. `read` gives each request its own context, which keeps those seen."""
        seen = cast(dict[str, Any], info.context).setdefault("creditor_references", set())
        if reference and reference in seen:
            raise fault("Another case of this request has it already.")
        seen.add(reference)
        return reference

    @field_validator("date")
    @classmethod
    def _dated_in_the_past(cls, day: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        return None if day is None else not_in_the_future(day, info)

    @field_validator("due_date")
    @classmethod
    def _due_after_its_date(cls, day: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        dated = info.data.get("date")
        if day is not None and dated is not None and day < dated:
            raise fault("Is before date.")
        return day

    def claim(self) -> Claim:
        """The claim as use cases take it."""
        return Claim(
            debtor=self.debtor.debtor(),
            currency=self.currency_code,
            amount=self.amount_to_recover,
            date=self.date,
            due_date=self.due_date,
            over_6_months=self.amount_to_recover_over_6_months,
            over_12_months=self.amount_to_recover_over_12_months,
            over_24_months=self.amount_to_recover_over_24_months,
            creditor_reference=self.creditor_reference,
            comments=self.comments,
            description=self.claim_description,
            skip_verification=self.skip_debitura_verification,
            is_test=self.is_test,
            tag=self.tag,
            collection_partner_id=self.collection_partner_id,
            assigned_user_email=self.assigned_user_email,
            division_id=self.creditor_division_id,
            return_url=self.return_url,
        )
