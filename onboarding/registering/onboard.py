"""Bring a partner's client on board."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from cases.claim import Claim
from cases.models import KeptClaims
from cases.submit_cases import Submitted, answer_repeat, submit_cases
from clients.agreement_status import AgreementStatus, Current, MustSign, NeverSigned, agreement_status
from clients.models import Client, EmailAddress, Held, LinkRequest, ReferralPartnerClientLink, User
from clients.models.client import CLIENT, Role, users_of
from clients.models.link import LINK, find_active_link
from clients.models.link_request import LinkRequestQuerySet
from edge.mailbox import normal_address
from edge.rows import ask, statement
from onboarding.registering.asking_limit import hash_of_addresses, note_asking
from onboarding.registering.locks import take_advisory_locks, tenant_lock
from onboarding.registering.note_conflict import note_ambiguity, note_rival
from partners.models import ReferralPartner

MAX_USERS = 50  # of a client


@dataclass(frozen=True)
class Company:
    """The client's details as registered; country is alpha-2, absent facts are blank."""

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
    """A user of the client; the onboarding user is its creditor admin."""

    name: str
    email: str
    is_onboarding_user: bool


@dataclass(frozen=True)
class Registration:
    """A partner's customer, ready to be created: exactly one person is the onboarding user."""

    external_tenant_id: str
    company: Company
    people: tuple[Person, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def address_keys(self) -> list[str]:
        """Every address in its normal form, once, sorted."""
        given = [self.company.support_email, *(person.email for person in self.people)]
        return sorted({normal_address(email) for email in given})


@dataclass(frozen=True)
class Ready:
    """The link exists and the client's signature is current."""

    link: ReferralPartnerClientLink
    status: Current
    is_replay: bool
    submitted: tuple[Submitted, ...] = ()  # what became of each claim of the call


@dataclass(frozen=True)
class AwaitingSignature:
    """The link exists and the client must sign, for the first time or again."""

    link: ReferralPartnerClientLink
    status: MustSign
    is_replay: bool
    submitted: tuple[Submitted, ...] = ()  # what became of each claim of the call


@dataclass(frozen=True)
class NeedsApproval:
    """We know this company: it must approve the partner, as this request asks it to."""

    request: LinkRequest


@dataclass(frozen=True)
class Disowned:
    """The company has said that it does not know the partner; support must lift that first."""

    external_tenant_id: str


@dataclass(frozen=True)
class LinkedElsewhere:
    """The company came through another partner."""

    external_tenant_id: str


@dataclass(frozen=True)
class LinkedUnderOtherId:
    """The company is this partner's already, under the id given here."""

    linked_under: str


@dataclass(frozen=True)
class Ambiguous:
    """The addresses belong to several companies; support must decide."""

    external_tenant_id: str


@dataclass(frozen=True)
class AskedTooOften:
    """The partner was told of too many companies that we know in a day; this one is one of them."""

    retry_after: timedelta


@dataclass(frozen=True)
class BrokenRule:
    """Something in a claim that the client's own facts do not allow."""

    type: str
    message: str


@dataclass(frozen=True)
class RulesBroken:
    """Claims are assigned to nobody or to no division of the client; nothing was created."""

    rules: tuple[BrokenRule, ...]


type Onboarded = Ready | AwaitingSignature
type Refusal = NeedsApproval | Disowned | LinkedElsewhere | LinkedUnderOtherId | Ambiguous | AskedTooOften | RulesBroken
type Outcome = Onboarded | Refusal


def onboard_client(*, partner: ReferralPartner, registration: Registration, at: datetime) -> Outcome:
    """
    Create the client and link it to the partner, or say what stands in the way.

    Repeating a call creates nothing: the partner's id for the client decides, whatever else is sent. Whether the
    agreement is signed is looked up anew, so Ready can turn into AwaitingSignature. Claims that somebody covers become
    cases with the client, or once it has approved the link; what became of them is told again as it is then.
    """
    known = _find_again(partner, registration, at)
    if known is not None:
        return known
    try:
        return _create_or_match(partner, registration, at)
    except IntegrityError:
        # An address was taken by a page or by staff between matching and creating, for they take no lock on addresses.
        # It is there now, so matching finds it.
        return _create_or_match(partner, registration, at)


def find_onboarded(*, partner: ReferralPartner, external_tenant_id: str, at: datetime) -> Onboarded | None:
    """The state of now of a client that the partner has under this id; takes no lock, writes nothing."""
    found = find_active_link(partner.pk, external_tenant_id)
    if found is None:
        return None
    link, facts = found
    return onboarded_as(link, agreement_status(facts, at=at))


def onboarded_as(link: ReferralPartnerClientLink, status: AgreementStatus) -> Onboarded:
    """What a link is to its partner whose client stands so with the agreement."""
    match status:
        case Current():
            return Ready(link, status, is_replay=True)
        case _:
            return AwaitingSignature(link, status, is_replay=True)


def _find_again(partner: ReferralPartner, registration: Registration, at: datetime) -> Onboarded | None:
    known = find_onboarded(partner=partner, external_tenant_id=registration.external_tenant_id, at=at)
    if known is None or not registration.claims:
        return known
    return replace(known, submitted=tuple(answer_repeat(link=known.link, claims=registration.claims)))


@transaction.atomic
def _create_or_match(partner: ReferralPartner, registration: Registration, at: datetime) -> Outcome:
    _one_at_a_time(partner, registration)
    known = _find_again(partner, registration, at)
    if known is not None:
        return known
    outcome = _create_or_refuse(partner, registration, at)
    if isinstance(outcome, NeedsApproval) and registration.claims:
        KeptClaims.objects.keep(outcome.request, registration.claims)
    return outcome


def _create_or_refuse(partner: ReferralPartner, registration: Registration, at: datetime) -> Outcome:
    if broken := tuple(_in_unknown_divisions(registration)):
        return RulesBroken(broken)
    asked = _pending_request(partner, registration.external_tenant_id)
    if asked is not None and asked.offered_by_id is not None:
        return NeedsApproval(asked)
    held = EmailAddress.objects.held(registration.address_keys)
    matched: list[Client] = []
    if held:
        held, matched = _lock_owners(held, registration.address_keys)
    if matched and (known := _find_again(partner, registration, at)) is not None:
        return known  # the client approved the partner while this call waited for its row
    wait = note_asking(partner, matched, held, registration.address_keys, at=at) if matched else None
    if wait is not None:
        return AskedTooOften(wait)
    if asked is not None and [client.pk for client in matched] != [asked.client_id]:
        LinkRequest.objects.filter(pk=asked.pk).supersede()
    if matched:
        return _refuse(matched, partner, registration, held)
    since = EmailAddress.objects.release_of_partner([each.address for each in held], partner)
    created = _create(partner, registration, at)
    EmailAddress.objects.entered_since(since)
    return created


def _pending_request(partner: ReferralPartner, external_tenant_id: str) -> LinkRequest | None:
    requests = LinkRequest.objects.of(partner, external_tenant_id)
    # Every new client passes here, and hardly any has one.
    return _open_request(requests) if requests.pending().exists() else None


def _lock_owners(held: list[Held], keys: list[str]) -> tuple[list[Held], list[Client]]:
    """
    What is held of these addresses with its owners' rows locked, and the owners for whom one of them stands.

    Read again under the locks: meanwhile somebody may have proven an address, or let one go.
    """
    owners = list(Client.objects.filter(pk__in={each.client_id for each in held}).order_by("pk").lock())
    held = EmailAddress.objects.held(keys)
    stands = {each.client_id for each in held if each.stands}
    return held, [client for client in owners if client.pk in stands]


def _refuse(
    matched: list[Client], partner: ReferralPartner, registration: Registration, held: Iterable[Held]
) -> Refusal:
    by = [each for each in held if each.stands]
    match matched:
        case [client]:
            return _matched(client, partner, registration, by)
        case _:
            note_ambiguity(matched, partner, registration.external_tenant_id, by)
            return Ambiguous(registration.external_tenant_id)


def _open_request(requests: LinkRequestQuerySet) -> LinkRequest | None:
    """The pending one among these; one whose deadline is over is closed, whatever the worker does."""
    request = requests.pending().first()
    if request is None or LinkRequest.objects.filter(pk=request.pk).expire_overdue():
        return None
    return request


def _one_at_a_time(partner: ReferralPartner, registration: Registration) -> None:
    """Matching reads what creating writes: two at once could both find nothing. Sorted, so no deadlock."""
    names = [f"email:{address}" for address in registration.address_keys]
    take_advisory_locks([tenant_lock(partner, registration.external_tenant_id), *names])


def _matched(client: Client, partner: ReferralPartner, registration: Registration, by: Iterable[Held]) -> Refusal:
    """The client's row is locked: links and requests stay as they are read here (product-rules 3.2–3.4, 3.7)."""
    external_tenant_id = registration.external_tenant_id
    pending = _open_request(LinkRequest.objects.filter(partner=partner, client=client))
    if pending is not None:
        return NeedsApproval(pending)
    link = client.links.active().first()
    if link is not None:
        if link.partner_id == partner.pk:
            return LinkedUnderOtherId(link.external_tenant_id)
        note_rival(link, partner, external_tenant_id, by)
        return LinkedElsewhere(external_tenant_id)
    if client.link_requests.disowned().filter(partner=partner).exists():
        return Disowned(external_tenant_id)
    again = _take_up_again(client, partner)
    return NeedsApproval(again if again is not None else _ask(client, partner, registration))


def _take_up_again(client: Client, partner: ReferralPartner) -> LinkRequest | None:
    """
    The request for this client that another outcome has overtaken, waiting again, with its URL and deadline.

    A new one each time would let a partner have as many as it likes. Where its tenant id stands for another client by
    now, it stays as it is.
    """
    for request in LinkRequest.objects.overtaken().filter(client=client, partner=partner).order_by("-created_at"):
        id_is_free = (
            not ReferralPartnerClientLink.objects.active().of(partner, request.external_tenant_id).exists()
            and not LinkRequest.objects.of(partner, request.external_tenant_id).pending().exists()
        )
        if id_is_free and LinkRequest.objects.filter(pk=request.pk).take_up_again():
            request.refresh_from_db()
            return request
    return None


def _ask(client: Client, partner: ReferralPartner, registration: Registration) -> LinkRequest:
    request = LinkRequest.objects.create(
        client=client,
        partner=partner,
        external_tenant_id=registration.external_tenant_id,
        asked_with=hash_of_addresses(registration.address_keys),
        expires_at=Now() + timedelta(days=partner.approval_days),
    )
    request.refresh_from_db()
    return request


# One statement for five. The fee is held as it is until it is frozen on the link (product-rules 2.5).
CREATE = statement(
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


def _create(partner: ReferralPartner, registration: Registration, at: datetime) -> AwaitingSignature | RulesBroken:
    if broken := tuple(_assigned_to_strangers(registration)):
        return RulesBroken(broken)
    link, current_number = _insert(partner, registration)
    submitted = submit_cases(
        link=link, claims=registration.claims, assigned=assigned_users(link.client, registration.claims), at=at
    )
    return AwaitingSignature(link, NeverSigned(current_number), is_replay=False, submitted=tuple(submitted))


def _in_unknown_divisions(registration: Registration) -> Iterator[BrokenRule]:
    """Clients have no divisions, so none is known."""
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
    """The users to whom claims are assigned, by the address as the claims write it; no statement where none is."""
    addresses = {claim.assigned_user_email for claim in claims} - {""}
    if not addresses:
        return {}
    users = {user.email_key: user for user in users_of(client.pk)}
    return {address: users[key] for address in addresses if (key := normal_address(address)) in users}


def _insert(partner: ReferralPartner, registration: Registration) -> tuple[ReferralPartnerClientLink, int | None]:
    """The client with its users and addresses, and its link, in one statement; and which version is to be signed."""
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
    [values] = ask(CREATE, facts)
    link = LINK.take(values)
    link.client = CLIENT.take(values)
    [current_number] = values
    return link, current_number
