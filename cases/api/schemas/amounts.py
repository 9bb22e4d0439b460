"""Amounts owed, in total and by age; claims and previews share them."""

from __future__ import annotations

from decimal import Context, Decimal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from cases.api.schemas.kinds import Amount, Currency, fault
from cases.currencies import decimals
from edge.shapes import Shape

WIDE = Context(prec=40)  # for amounts of twelve digits, however many decimals were sent
IN_TOTAL, OVER_6, OVER_12, OVER_24 = (
    "amountToRecover",
    "amountToRecoverOver6Months",
    "amountToRecoverOver12Months",
    "amountToRecoverOver24Months",
)


class AmountsRequest(Shape):
    """What is owed, and how much of it is how old; in the order of checking: a field can refer to those above it."""

    currency_code: Currency = Field(
        description="ISO 4217. Of a withdrawn one the error names the successor, and the rate where it is fixed.",
        examples=["EUR"],
    )
    amount_to_recover: Amount = Field(
        description="In total, with no more decimals than the currency has.", examples=[1250.5]
    )
    amount_to_recover_over_24_months: Amount | None = Field(
        default=None, description="The part that is over 24 months old."
    )
    amount_to_recover_over_12_months: Amount | None = Field(
        default=None, validate_default=True, description="The part that is over 12 months old, older ones included."
    )
    amount_to_recover_over_6_months: Amount | None = Field(
        default=None, description="The part that is over 180 days old, older ones included."
    )

    @field_validator(
        "amount_to_recover",
        "amount_to_recover_over_24_months",
        "amount_to_recover_over_12_months",
        "amount_to_recover_over_6_months",
    )
    @classmethod
    def _decimals_of_the_currency(cls, amount: Decimal | None, info: ValidationInfo) -> Decimal | None:
        currency = info.data.get("currency_code")
        if amount is None or currency is None:
            return amount
        money = amount.quantize(Decimal(1).scaleb(-decimals(currency)), context=WIDE)
        # Programs that calculate in doubles write 67.2 with all the digits of the double.
        if money != amount and float(money) != float(amount):
            raise fault(f"Has more decimals than {currency}, which has {decimals(currency) or 'none'}.")
        return money

    @field_validator("amount_to_recover")
    @classmethod
    def _something_is_owed(cls, amount: Decimal) -> Decimal:
        if amount == 0:
            raise fault("Must be more than 0.")
        return amount

    @field_validator("amount_to_recover_over_24_months")
    @classmethod
    def _part_of_the_total(cls, part: Decimal | None, info: ValidationInfo) -> Decimal | None:
        _at_most(part, info.data.get("amount_to_recover"), IN_TOTAL)
        return part

    @field_validator("amount_to_recover_over_12_months")
    @classmethod
    def _with_the_part_over_24(cls, part: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if "amount_to_recover_over_24_months" in info.data:
            older = info.data["amount_to_recover_over_24_months"]
            if (part is None) != (older is None):
                raise fault(f"{OVER_12} and {OVER_24} go together: send both, or neither.")
            _at_least(part, older, OVER_24)
        _at_most(part, info.data.get("amount_to_recover"), IN_TOTAL)
        return part

    @field_validator("amount_to_recover_over_6_months")
    @classmethod
    def _with_the_older_parts(cls, part: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if part is not None and "amount_to_recover_over_12_months" in info.data:
            older = info.data["amount_to_recover_over_12_months"]
            if older is None:
                raise fault(f"Only together with {OVER_12} and {OVER_24}.")
            _at_least(part, older, OVER_12)
        _at_most(part, info.data.get("amount_to_recover"), IN_TOTAL)
        return part


def _at_most(part: Decimal | None, whole: Decimal | None, name: str) -> None:
    if part is not None and whole is not None and part > whole:
        raise fault(f"Is more than {name}, of which it is a part.")


def _at_least(part: Decimal | None, older: Decimal | None, name: str) -> None:
    if part is not None and older is not None and part < older:
        raise fault(f"Is less than {name}, which is a part of it.")
