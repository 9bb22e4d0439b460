"""Create a client that is new to us, with its users, link and cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from cases.claim import Claim
from cases.submit_cases import submit_cases
from clients.agreement_status import NeverSigned
from clients.models import Client, ReferralPartnerClientLink, User
from clients.models.client import CLIENT, Role, users_of
from clients.models.link import LINK
from edge.mailbox import normal_address
from edge.rows import Statement
from onboarding.registering.outcomes import AwaitingSignature, BrokenRule, RulesBroken
from onboarding.registering.registration import Registration
from partners.models import ReferralPartner


class CreatedRow(NamedTuple):
    """The rows that were inserted, and the number of the current version of the agreement."""

    link: ReferralPartnerClientLink
    client: Client
    current_number: int | None


# One statement instead of the ORM's five. The partner's row is locked, so that the link gets the fee of this moment
# (product-rules 2.5).
CREATE = Statement(
    CreatedRow,
    """
    WITH partner AS (
        SELECT fee_percentage FROM partners_referralpartner WHERE id = %(partner_id)s FOR SHARE
    ), client AS (
        INSERT INTO clients_client (id, name, country, registration_number, address, zip_code, city, state,
                                    support_email, support_email_key, support_phone)
        VALUES (%(client_id)s, %(name)s, %(country)s, %(registration_number)s, %(address)s, %(zip_code)s, %(city)s,
                %(state)s, %(support_email)s, %(support_email_key)s, %(support_phone)s)
        RETURNING *
    ), addresses AS (
        INSERT INTO clients_emailaddress (address, client_id)
        SELECT unnest(%(address_keys)s::text[]), %(client_id)s
    ), users AS (
        INSERT INTO clients_user (name, email, email_key, role, client_id)
        SELECT *, %(client_id)s
          FROM unnest(%(names)s::text[], %(emails)s::text[], %(email_keys)s::text[], %(roles)s::text[])
    ), link AS (
        INSERT INTO clients_referralpartnerclientlink (id, partner_id, client_id, external_tenant_id, is_attributed,
                                                       fee_percentage)
        SELECT %(link_id)s, %(partner_id)s, %(client_id)s, %(external_tenant_id)s, true, fee_percentage FROM partner
        RETURNING *
    )
    SELECT {link}, {client}, (SELECT max(number) FROM clients_agreement WHERE published_at IS NOT NULL)
      FROM link, client
    """,
    link=LINK,
    client=CLIENT,
)


def create_client(
    partner: ReferralPartner, registration: Registration, at: datetime
) -> AwaitingSignature | RulesBroken:
    """Create the client with its users, its link and its cases, in the caller's transaction."""
    if broken := tuple(_assigned_to_strangers(registration)):
        return RulesBroken(broken)
    link, current_number = _insert(partner, registration)
    submitted = submit_cases(
        link=link, claims=registration.claims, assigned=assigned_users(link.client, registration.claims), at=at
    )
    return AwaitingSignature(link, NeverSigned(current_number), is_replay=False, submitted=tuple(submitted))


def _insert(partner: ReferralPartner, registration: Registration) -> tuple[ReferralPartnerClientLink, int | None]:
    """Insert client, users, addresses and link, in one statement; return the link and the current version's number."""
    company, people = registration.company, registration.people
    facts = {
        **vars(company),
        "partner_id": partner.pk,
        "client_id": uuid4(),
        "link_id": uuid4(),
        "external_tenant_id": registration.external_tenant_id,
        "support_email_key": normal_address(company.support_email),
        "address_keys": registration.address_keys,
        "names": [person.name for person in people],
        "emails": [person.email for person in people],
        "email_keys": [normal_address(person.email) for person in people],
        "roles": [Role.CREDITOR_ADMIN if person.is_onboarding_user else Role.CREDITOR_USER for person in people],
    }
    [created] = CREATE.ask(facts)
    created.link.client = created.client
    return created.link, created.current_number


def in_unknown_divisions(registration: Registration) -> Iterator[BrokenRule]:
    """A broken rule for each claim that names a division: clients have none yet."""
    for index, claim in enumerate(registration.claims):
        if claim.division_id is not None:
            message = f"cases[{index}].creditorDivisionId: the client has no division {claim.division_id}."
            yield BrokenRule("CreditorDivisionUnknown", message)


def _assigned_to_strangers(registration: Registration) -> Iterator[BrokenRule]:
    users = {normal_address(person.email) for person in registration.people}
    for index, claim in enumerate(registration.claims):
        if claim.assigned_user_email and normal_address(claim.assigned_user_email) not in users:
            message = f"cases[{index}].assignedUserEmail: none of the client's users has this address."
            yield BrokenRule("AssignedUserUnknown", message)


def assigned_users(client: Client, claims: Iterable[Claim]) -> dict[str, User]:
    """The users that claims are assigned to, by address as spelled in the claims. No query if none is assigned."""
    addresses = {claim.assigned_user_email for claim in claims} - {""}
    if not addresses:
        return {}
    users = {user.email_key: user for user in users_of(client.pk)}
    return {address: users[key] for address in addresses if (key := normal_address(address)) in users}
