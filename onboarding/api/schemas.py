"""Shapes of the /clients API: what a partner sends, and what it is answered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, PlainSerializer, RootModel
from pydantic_core import PydanticCustomError

from cases.api.case_body import CaseResultsBody, Number
from cases.api.schemas import CaseRequest
from clients.agreement_status import Reason
from clients.countries import COUNTRIES_TAKEN, read_country
from clients.models import Client, User
from clients.models.client import Role
from edge.errors import BusinessError
from edge.kinds_of_text import (
    LONGEST_WORD,
    AddressLine,
    Code,
    CompanyName,
    Email,
    ExternalTenantId,
    Line,
    OptionalLine,
    PersonName,
)
from edge.mailbox import normal_address
from edge.query import PageBody
from edge.shapes import Answer, AtMost, Shape, example, left_out, one_of
from onboarding.registering.registration import MAX_USERS, Company, Person, Registration

MAX_CASES = 100


def _one_onboarding_user(users: list[UserRequest]) -> list[UserRequest]:
    if len(users) > 1 and sum(user.is_onboarding_user for user in users) != 1:
        raise PydanticCustomError("onboarding_user", "Of several users exactly one has isOnboardingUser true.")
    return users


def _every_address_once(users: list[UserRequest]) -> list[UserRequest]:
    seen: dict[str, int] = {}
    for index, user in enumerate(users):
        first = seen.setdefault(normal_address(user.email), index)
        if first != index:
            raise PydanticCustomError(
                "address_twice", f"users[{first}] and users[{index}] have the same e-mail address."
            )
    return users


class CompanyRequest(Shape):
    """The company as the partner knows it."""

    name: Annotated[str, CompanyName.of(Client, "name")] = Field(examples=["Nordlys Belysning A/S"])
    registration_number: Annotated[str, Code.of(Client, "registration_number")] = Field(
        default="", examples=["DK12345678"]
    )
    country: Annotated[str, Line(LONGEST_WORD), AfterValidator(read_country)] = Field(
        description=COUNTRIES_TAKEN, examples=["DK"]
    )
    address: Annotated[str, AddressLine.of(Client, "address")] = Field(default="", examples=["Nørregade 1"])
    zip_code: Annotated[str, Code.of(Client, "zip_code")] = Field(default="", examples=["1165"])
    city: Annotated[str, OptionalLine.of(Client, "city")] = Field(default="", examples=["København"])
    state: Annotated[str, OptionalLine.of(Client, "state")] = ""
    support_email: Email = Field(examples=["office@nordlys.example"])
    support_phone: Annotated[str, Code.of(Client, "support_phone")] = Field(default="", examples=["+45 70 00 00 00"])


class UserRequest(Shape):
    """A person at the company."""

    name: Annotated[str, PersonName.of(User, "name")] = Field(examples=["Jane Ann Doe"])
    email: Email = Field(examples=["jane@nordlys.example"])
    is_onboarding_user: bool = Field(
        default=False,
        description="True on exactly one of several users; a single user is the onboarding user anyway.",
        examples=[True],
    )


class CreateClientRequest(Shape):
    """What POST /clients takes."""

    external_tenant_id: ExternalTenantId = Field(examples=["tenant-4711"])
    client: CompanyRequest = Field(examples=[example(CompanyRequest)])
    users: Annotated[
        list[UserRequest],
        Field(min_length=1),
        AtMost(MAX_USERS),
        AfterValidator(_one_onboarding_user),
        AfterValidator(_every_address_once),
    ] = Field(examples=[[example(UserRequest)]])
    cases: Annotated[list[CaseRequest], AtMost(MAX_CASES)] | None = Field(
        default=None,
        description="Claims to be collected; each that a collection partner covers becomes a case, which waits for "
        "the signature.",
    )

    def registration(self) -> Registration:
        """The same in the words of the use case."""
        alone = len(self.users) == 1
        return Registration(
            external_tenant_id=self.external_tenant_id,
            company=Company(**dict(self.client)),
            people=tuple(
                Person(name=user.name, email=user.email, is_onboarding_user=user.is_onboarding_user or alone)
                for user in self.users
            ),
            claims=tuple(case.claim() for case in self.cases or []),
        )


# Two decimals at most, which a double holds exactly enough to be written as they are.
Percentage = Annotated[Decimal, PlainSerializer(float, return_type=float), Field(ge=0, le=100)]


class OnboardingLinks(Answer):
    """Where the client goes on."""

    url: str = Field(
        description="Hand it to your customer as it is now: it may change, so do not keep it. Append "
        "?returnUrl=<a percent-encoded address on a host that you registered> to have a button back to you at the end."
    )


class CreditorBody(Answer):
    """The company as we hold it; absent facts are null. `country` is its English name."""

    id: UUID
    company_name: str
    company_registration_number: str | None
    office_email: str
    office_phone: str | None
    country: str
    address: str | None
    zip_code: str | None
    city: str | None
    state: str | None


type UserRole = Annotated[str, one_of(Role.values, "An admin may sign for the company.")]


class UserBody(Answer):
    """A user of the client."""

    id: int
    name: str
    first_name: str
    last_name: str
    email: str
    role: UserRole


class AgreementBody(Answer):
    """Where the client stands with the agreement."""

    signed_version: int | None = Field(description="The version that the client signed; null if it never has.")
    current_version: int | None = Field(description="The version that is signed now.")
    must_sign_by: datetime | None = Field(
        description="From when on the client's signature no longer counts. In the future: a new version is announced, "
        "everything goes on until then, and the client can sign early. In the past: it has been waiting since."
    )
    reason: Reason | None = Field(
        description="Why the client must sign again: a new version is required, the company has another name now than "
        "the one that it signed under, or our legal team has invalidated the signature."
    )
    sign_url: str | None = Field(
        description="Where the client signs; null while there is nothing to sign. It may change: do not keep it."
    )


class CaseStatsBody(Answer):
    """The client's cases in numbers."""

    cases_total: int
    cases_closed: int = Field(description="Merged ones too.")
    earnings_usd: Number = Field(description="What you earned with those that are closed.")


class ClientBody(Answer):
    """A client as its partner sees it."""

    external_tenant_id: str
    onboarding_done: bool = Field(
        description="The client's signature is current. Repeat the call, or GET, to learn of it."
    )
    onboarding_links: OnboardingLinks | None = left_out("Left out once the signature is current.")
    agreement: AgreementBody
    client: CreditorBody
    users: list[UserBody]
    is_attributed_client: bool = Field(description="You created this client, and earn on all of its cases.")
    referral_fee_percentage: Percentage = Field(description="Locked when the link was made; in percent.")
    date_linked: datetime
    case_stats: CaseStatsBody


class ClientsSummary(Answer):
    """Of all clients that were asked for, whatever the page."""

    total_clients: int
    attributed_clients: int
    onboarding_complete: int
    onboarding_pending: int
    total_cases: int


class ClientsBody(Answer):
    """A page of clients."""

    page: PageBody
    summary: ClientsSummary
    clients: list[ClientBody]


class ClientWithCasesBody(ClientBody):
    """The same in the answer to a call that sent cases."""

    case_results: CaseResultsBody


class CreatedClient(RootModel[ClientWithCasesBody | ClientBody]):
    """A client; with `caseResults` if the call sent cases."""


class BusinessErrorsBody(Answer):
    """A 422: something in a case that the client's own facts do not allow. Nothing was created."""

    business_errors: list[BusinessError]


class TenantData(Answer):
    """Which client a 409 is about, in the partner's words."""

    external_tenant_id: str


class NeedsLinkingData(TenantData):
    """The client must approve the link."""

    onboarding_links: OnboardingLinks | None = left_out(
        "Left out where the company has said that it does not know you."
    )
    is_attributed_client: Literal[False]


type ConflictType = Literal["AlreadyLinkedToAnotherPartner", "AlreadyLinkedDifferentTenant", "AmbiguousMatch"]


class ConflictBody(Answer):
    """A 409: somebody else must act."""

    type: ConflictType
    message: str
    data: TenantData


class NeedsLinkingBody(Answer):
    """A 409: the client must approve the link."""

    type: Literal["ClientExistsNeedsLinking"] = "ClientExistsNeedsLinking"
    message: str
    data: NeedsLinkingData


class Conflict(RootModel[NeedsLinkingBody | ConflictBody]):
    """A 409 of POST /clients; `type` says which."""
