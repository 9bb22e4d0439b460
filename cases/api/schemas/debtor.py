"""The debtor of a claim or a preview. What decides who collects is checked strictly."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from cases.api.schemas.kinds import Kind, fault
from cases.claim import Debtor
from cases.jurisdictions import TERRITORIES, US, Place, us_place
from cases.models import Case
from clients.countries import COUNTRIES_TAKEN, country_name, read_country
from edge.kinds_of_text import LONGEST_WORD, AddressLine, Code, CompanyName, Line, OptionalLine
from edge.shapes import Shape

STATES_TAKEN = (
    "In the US CA, US-CA or California. Territories, such as PR, count as countries; addresses of the armed forces "
    "(AA, AE, AP) are taken, and nobody collects there."
)
StateAlpha2 = Annotated[str, OptionalLine.of(Case, "debtor_state")]  # outside the US it is kept as it is


class DebtorRequest(Shape):
    """Who owes."""

    type: Kind = Field(examples=["Company"])
    name: Annotated[str, CompanyName.of(Case, "debtor_name")] = Field(examples=["Leuchten Lehmann GmbH"])
    contact_person: Annotated[str, OptionalLine.of(Case, "debtor_contact_person")] = ""
    company_registration_number: Annotated[str, Code.of(Case, "debtor_registration_number")] = ""
    address: Annotated[str, AddressLine.of(Case, "debtor_address")] = Field(default="", examples=["Hafenstraße 4"])
    zip_code: Annotated[str, Code.of(Case, "debtor_zip_code")] = Field(default="", examples=["20457"])
    city: Annotated[str, OptionalLine.of(Case, "debtor_city")] = Field(default="", examples=["Hamburg"])
    state: Annotated[str, OptionalLine.of(Case, "debtor_state")] = ""
    country_alpha2: Annotated[str, OptionalLine(LONGEST_WORD)] = Field(
        default="", description=f"{COUNTRIES_TAKEN} This or country must be there.", examples=["DE"]
    )
    country: Annotated[str, OptionalLine(LONGEST_WORD)] = Field(
        default="", validate_default=True, description="The same. Beside countryAlpha2 it is not looked at."
    )
    state_alpha2: StateAlpha2 = Field(default="", validate_default=True, description=STATES_TAKEN)
    email: Annotated[str, Code.of(Case, "debtor_email")] = Field(
        default="", description="As it is known; it is not checked."
    )
    phone: Annotated[str, Code.of(Case, "debtor_phone")] = ""

    @field_validator("country_alpha2")
    @classmethod
    def _known_country(cls, given: str) -> str:
        return read_country(given) if given else ""

    @field_validator("country")
    @classmethod
    def _one_country(cls, given: str, info: ValidationInfo) -> str:
        """The country that is meant: countryAlpha2 decides (product-rules 2)."""
        decided = info.data.get("country_alpha2")
        if decided == "" and not given:
            raise fault("Send countryAlpha2 or country.")
        return read_country(given) if decided == "" else decided or ""

    @field_validator("state_alpha2")
    @classmethod
    def _state_of_the_us(cls, given: str, info: ValidationInfo) -> str:
        country = info.data.get("country")
        if country == US:
            return _state(given, info.data.get("state", ""))
        if country and given.casefold().startswith("us-"):
            if us_place(given) != Place(country):
                raise fault(f"Is in the United States, and the country is {country_name(country)}.")
            return ""
        return given

    @property
    def place(self) -> Place:
        """Where the debtor is."""
        return _place(self.country, self.state_alpha2)

    def debtor(self) -> Debtor:
        """The debtor as use cases take it. Outside the US, a state's code is kept as its name if there is none."""
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


class PreviewDebtorRequest(Shape):
    """Where a debtor is, and what."""

    type: Kind = Field(examples=["Company"])
    country_alpha2: Annotated[str, Line(LONGEST_WORD), AfterValidator(read_country)] = Field(
        description=COUNTRIES_TAKEN, examples=["DE"]
    )
    state_alpha2: StateAlpha2 = Field(default="", validate_default=True, description=STATES_TAKEN)

    @field_validator("state_alpha2")
    @classmethod
    def _state_of_the_us(cls, given: str, info: ValidationInfo) -> str:
        return _state(given) if info.data.get("country_alpha2") == US else ""

    @property
    def place(self) -> Place:
        """Where the debtor is."""
        return _place(self.country_alpha2, self.state_alpha2)


def _state(given: str, beside: str = "") -> str:
    """
    The two letters that US addresses have for a state, a territory or the armed forces; raises the field's error.

    `beside` (the field `state`) counts only if the code is left out, since people write a city there too.
    """
    place = us_place(given or beside)
    if place is None and given:
        raise fault("Not a US state. Write CA, US-CA or California; PR for Puerto Rico, AE for the armed forces.")
    if place is None:
        unread = ", and what state says is none" if beside else ""
        raise fault(f"Is needed in the United States{unread}: CA, US-CA or California.")
    return place.state or place.country


def _place(country: str, state: str) -> Place:
    """Territories of the United States count as countries (product-rules 7)."""
    if country != US:
        return Place(country)
    return Place(state) if state in TERRITORIES else Place(US, state)
