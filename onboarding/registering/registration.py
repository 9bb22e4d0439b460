"""What a partner tells us about its customer."""

from __future__ import annotations

from dataclasses import dataclass

from cases.claim import Claim
from edge.mailbox import normal_address

MAX_USERS = 50  # of a client


@dataclass(frozen=True)
class Company:
    """The company's details as registered. `country` is alpha-2; absent facts are blank."""

    name: str
    country: str
    support_email: str
    registration_number: str = ""
    address: str = ""
    zip_code: str = ""
    city: str = ""
    state: str = ""
    support_phone: str = ""


@dataclass(frozen=True)
class Person:
    """A person as registered, who becomes a user of the client; the onboarding user becomes its creditor admin."""

    name: str
    email: str
    is_onboarding_user: bool


@dataclass(frozen=True)
class Registration:
    """A partner's customer, validated. Exactly one person is the onboarding user."""

    external_tenant_id: str
    company: Company
    people: tuple[Person, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def address_keys(self) -> list[str]:
        """All addresses in their normal form, sorted, without duplicates."""
        given = [self.company.support_email, *(person.email for person in self.people)]
        return sorted({normal_address(email) for email in given})
