"""What partners send about claims: every fault of every claim at once, each at the field that has to change."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Annotated, Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, field_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from cases.claim import Claim, Debtor, DebtorType
from cases.currencies import decimals, why_not
from cases.jurisdictions import TERRITORIES, US, Place, us_place
from cases.pricing.standard_fees import Age
from cases.routing import Wanted
from clients.countries import COUNTRIES_TAKEN, country_name, read_country
from edge.days import is_in_the_future, read_day
from edge.shapes import AddressLine, Code, CompanyName, Line, OptionalLine, OptionalText, Shape
from edge.text import trimmed

# As much as twelve digits and four decimals: what a double, and so JSON in most hands, still holds exactly.
MAX_AMOUNT = Decimal(999_999_999_999)
WIDE = Context(prec=40)  # for amounts of twelve digits, however many decimals were sent
MAX_URL = 2048
LONGEST_WORD = 100  # of what is one of a few, with whatever blanks around it


# --- Kinds of values --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    """A value that is read by a function of ours, and described as given."""

    read: Callable[[Any], Any]
    described: tuple[tuple[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.described)


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("claim", cast(Any, message))


def _read_amount(sent: object) -> Decimal:
    """A number as the reader of JSON made it: whole, or a decimal. What is true is no number here."""
    if isinstance(sent, bool) or not isinstance(sent, int | Decimal):
        raise _fault("Must be a number.")
    amount = Decimal(sent)
    if not Decimal(0) <= amount <= MAX_AMOUNT:
        raise _fault(f"Must be a number from 0 to {MAX_AMOUNT}.")
    return amount


def _read_uuid(sent: object) -> UUID | None:
    """In any letter case; the nil UUID says nothing."""
    try:
        named = UUID(trimmed(sent) if isinstance(sent, str) and len(sent) <= LONGEST_WORD else "")
    except ValueError:
        raise _fault("Must be a UUID.")
    return named if named.int else None


def _read_url(sent: object) -> str:
    """What is no address for a button is dropped: it is a courtesy, and not worth a refusal."""
    if not isinstance(sent, str) or len(sent) > MAX_URL or not sent.isprintable():
        return ""
    try:
        parts = urlsplit(sent)
    except ValueError:
        return ""
    return sent if parts.scheme in ("http", "https") and parts.hostname else ""


def _read_debtor_type(sent: object) -> DebtorType:
    kinds = {"company": DebtorType.COMPANY, "private": DebtorType.PRIVATE, "person": DebtorType.PRIVATE}
    kind = kinds.get(trimmed(sent).casefold()) if isinstance(sent, str) and len(sent) <= LONGEST_WORD else None
    if kind is None:
        raise _fault("Must be Company or Private.")
    return kind


def _read_currency(sent: object) -> str:
    currency = trimmed(sent).upper() if isinstance(sent, str) and len(sent) <= LONGEST_WORD else ""
    why = why_not(currency)
    if why is not None:
        raise _fault(why)
    return currency


_WHEN = (
    "ISO 8601: a day, best without a time. Of a moment the day counts that is written, whatever its offset: local "
    "midnight that a program has turned into UTC is a day early. Days before 2 January 1970 are none."
)
Amount = Annotated[Decimal, _Read(_read_amount, (("type", "number"), ("minimum", 0), ("maximum", int(MAX_AMOUNT))))]
Day = Annotated[datetime.date | None, _Read(read_day, (("type", ["string", "null"]), ("description", _WHEN)))]
Uuid = Annotated[UUID | None, _Read(_read_uuid, (("type", ["string", "null"]), ("format", "uuid")))]
Currency = Annotated[str, _Read(_read_currency, (("type", "string"), ("minLength", 3), ("maxLength", 3)))]
Kind = Annotated[DebtorType, _Read(_read_debtor_type, (("type", "string"), ("description", "Company or Private.")))]
Url = Annotated[str, _Read(_read_url, ())]  # of whatever type, since what is no URL is dropped


def _at(info: ValidationInfo) -> datetime.datetime:
    return cast(datetime.datetime, cast(dict[str, Any], info.context)["at"])


def _not_in_the_future(day: datetime.date, info: ValidationInfo) -> datetime.date:
    if is_in_the_future(day, at=_at(info)):
        raise _fault("Is in the future everywhere on earth.")
    return day


# --- Amounts and their age --------------------------------------------------------------------------

IN_TOTAL, OVER_6, OVER_12, OVER_24 = (
    "amountToRecover",
    "amountToRecoverOver6Months",
    "amountToRecoverOver12Months",
    "amountToRecoverOver24Months",
)


class _Amounts(Shape):
    """What is owed, and how much of it is how old; in the order of checking: a field can refer to those above it."""

    currency_code: Currency = Field(
        description="ISO 4217. Of a withdrawn one the error names the successor, and the rate where it is fixed."
    )
    amount_to_recover: Amount = Field(description="In total, with no more decimals than the currency has.")
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
        # Programs that reckon in doubles write 67.2 with all the digits that the double has.
        if money != amount and float(money) != float(amount):
            raise _fault(f"Has more decimals than {currency}, which has {decimals(currency) or 'none'}.")
        return money

    @field_validator("amount_to_recover")
    @classmethod
    def _something_is_owed(cls, amount: Decimal) -> Decimal:
        if amount == 0:
            raise _fault("Must be more than 0.")
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
                raise _fault(f"{OVER_12} and {OVER_24} go together: send both, or neither.")
            _at_least(part, older, OVER_24)
        _at_most(part, info.data.get("amount_to_recover"), IN_TOTAL)
        return part

    @field_validator("amount_to_recover_over_6_months")
    @classmethod
    def _with_the_older_parts(cls, part: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if part is not None and "amount_to_recover_over_12_months" in info.data:
            older = info.data["amount_to_recover_over_12_months"]
            if older is None:
                raise _fault(f"Only together with {OVER_12} and {OVER_24}.")
            _at_least(part, older, OVER_12)
        _at_most(part, info.data.get("amount_to_recover"), IN_TOTAL)
        return part


def _at_most(part: Decimal | None, whole: Decimal | None, name: str) -> None:
    if part is not None and whole is not None and part > whole:
        raise _fault(f"Is more than {name}, of which it is a part.")


def _at_least(part: Decimal | None, older: Decimal | None, name: str) -> None:
    if part is not None and older is not None and part < older:
        raise _fault(f"Is less than {name}, which is a part of it.")


# --- Debtors ----------------------------------------------------------------------------------------

STATES_TAKEN = (
    "In the US CA, US-CA or California. Territories, such as PR, count as countries; addresses of the armed forces "
    "(AA, AE, AP) are taken, and nobody collects there."
)


class DebtorRequest(Shape):
    """Who owes."""

    type: Kind
    name: Annotated[str, CompanyName(200)]
    contact_person: Annotated[str, OptionalLine(200)] = ""
    company_registration_number: Annotated[str, Code(64)] = ""
    address: Annotated[str, AddressLine(500)] = ""
    zip_code: Annotated[str, Code(20)] = ""
    city: Annotated[str, OptionalLine(100)] = ""
    state: Annotated[str, OptionalLine(100)] = ""
    country_alpha2: Annotated[str, OptionalLine(100)] = Field(
        default="", description=f"{COUNTRIES_TAKEN} This or country must be there."
    )
    country: Annotated[str, OptionalLine(100)] = Field(
        default="", validate_default=True, description="The same. Beside countryAlpha2 it is not looked at."
    )
    state_alpha2: Annotated[str, OptionalLine(100)] = Field(default="", validate_default=True, description=STATES_TAKEN)
    email: Annotated[str, Code(254)] = Field(default="", description="As it is known; it is not checked.")
    phone: Annotated[str, Code(64)] = ""

    @field_validator("country_alpha2")
    @classmethod
    def _known_country(cls, given: str) -> str:
        return read_country(given) if given else ""

    @field_validator("country")
    @classmethod
    def _one_country(cls, given: str, info: ValidationInfo) -> str:
        """The one that is meant: countryAlpha2 decides (product-rules 2)."""
        decided = info.data.get("country_alpha2")
        if decided == "" and not given:
            raise _fault("Send countryAlpha2 or country.")
        return read_country(given) if decided == "" else decided or ""

    @field_validator("state_alpha2")
    @classmethod
    def _state_of_the_us(cls, given: str, info: ValidationInfo) -> str:
        country = info.data.get("country")
        if country == US:
            return _state(given, info.data.get("state", ""))
        if country and given.casefold().startswith("us-"):
            if us_place(given) != Place(country):
                raise _fault(f"Is in the United States, and the country is {country_name(country)}.")
            return ""
        return given

    @property
    def place(self) -> Place:
        """Where the debtor is."""
        return _place(self.country, self.state_alpha2)

    def debtor(self) -> Debtor:
        """The same in the words of the use case. Outside the US what is sent as the state's code is its name."""
        sent_in_us = self.country == US
        return Debtor(
            type=self.type,
            name=self.name,
            country=self.place.country,
            address=self.address,
            city=self.city,
            zip_code=self.zip_code,
            state=self.state or ("" if sent_in_us else self.state_alpha2),
            state_code=self.place.state,
            contact_person=self.contact_person,
            registration_number=self.company_registration_number,
            email=self.email,
            phone=self.phone,
        )


def _state(given: str, beside: str = "") -> str:
    """
    The two letters by which a US address calls its state, its territory or the armed forces.

    What stands `beside` in the address says it only where the code is left out: people write a city there too.
    """
    place = us_place(given or beside)
    if place is None and given:
        raise _fault("Not a US state. Write CA, US-CA or California; PR for Puerto Rico, AE for the armed forces.")
    if place is None:
        unread = ", and what state says is none" if beside else ""
        raise _fault(f"Is needed in the United States{unread}: CA, US-CA or California.")
    return place.state or place.country


def _place(country: str, state: str) -> Place:
    """Territories of the United States count as countries (product-rules 7)."""
    if country != US:
        return Place(country)
    return Place(state) if state in TERRITORIES else Place(US, state)


# --- Claims -----------------------------------------------------------------------------------------


class CaseRequest(_Amounts):
    """A claim that is to be collected."""

    date: Day = None
    due_date: Day = None
    creditor_reference: Annotated[str, Code(50)] = Field(
        default="", description="Your customer's own, such as the invoice number; once for each of its cases."
    )
    comments: Annotated[str, OptionalText(4000)] = ""
    claim_description: Annotated[str, OptionalText(4000)] = ""
    debtor: DebtorRequest
    creditor_division_id: Uuid = None
    collection_partner_id: Uuid = Field(
        default=None, description="Who shall collect it; must be active and cover the debtor. Left out: we choose."
    )
    assigned_user_email: Annotated[str, Code(320)] = Field(
        default="", description="Of one of the client's users, who then gets the mails about this case."
    )
    skip_debitura_verification: bool = False
    skip_creation_emails: bool = Field(default=False, deprecated=True, description="Ignored.")
    allow_pending_contracts: bool = Field(default=False, description="Ignored: cases wait for the signature.")
    is_test: bool = False
    tag: Annotated[str, OptionalLine(100)] = ""
    return_url: Url = Field(default="", description="Absolute http(s); what is not is dropped.")

    @field_validator("creditor_reference")
    @classmethod
    def _once_in_a_request(cls, reference: str, info: ValidationInfo) -> str:
        """`read` gives each request a context of its own, in which the references so far are kept."""
        seen = cast(dict[str, Any], info.context).setdefault("creditor_references", set())
        if reference and reference in seen:
            raise _fault("Another case of this request has it already.")
        seen.add(reference)
        return reference

    @field_validator("date")
    @classmethod
    def _dated_in_the_past(cls, day: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        return None if day is None else _not_in_the_future(day, info)

    @field_validator("due_date")
    @classmethod
    def _due_after_its_date(cls, day: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        dated = info.data.get("date")
        if day is not None and dated is not None and day < dated:
            raise _fault("Is before date.")
        return day

    def claim(self) -> Claim:
        """The same in the words of the use case."""
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


# --- A preview --------------------------------------------------------------------------------------


class PreviewDebtorRequest(Shape):
    """Where a debtor is, and what."""

    type: Kind
    country_alpha2: Annotated[str, Line(100), AfterValidator(read_country), Field(description=COUNTRIES_TAKEN)]
    state_alpha2: Annotated[str, OptionalLine(100)] = Field(default="", validate_default=True, description=STATES_TAKEN)

    @field_validator("state_alpha2")
    @classmethod
    def _state_of_the_us(cls, given: str, info: ValidationInfo) -> str:
        return _state(given) if info.data.get("country_alpha2") == US else ""

    @property
    def place(self) -> Place:
        """Where the debtor is."""
        return _place(self.country_alpha2, self.state_alpha2)


class PreviewRequest(_Amounts):
    """What POST /cases/preview takes."""

    debtor: PreviewDebtorRequest
    due_date: Day = Field(default=None, description="Not together with parts by age.")
    return_url: Url = Field(default="", description="Ignored: nothing is signed here.")

    @field_validator("due_date")
    @classmethod
    def _due_in_the_past(cls, day: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        if day is None:
            return None
        if info.data.get("amount_to_recover_over_12_months") is not None:
            raise _fault("Not together with parts by age: send one or the other.")
        return _not_in_the_future(day, info)

    def wanted(self) -> Wanted:
        """What decides who collects it."""
        place = self.debtor.place
        return Wanted(place.country, place.state, self.debtor.type, self.amount_to_recover, self.currency_code)

    def age(self) -> Age:
        """How old it is."""
        return Age(self.due_date, self.amount_to_recover_over_12_months, self.amount_to_recover_over_24_months)
