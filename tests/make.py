"""Rows for tests: a function a model, valid as made; keywords say what the test is about."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from cases.lifecycle import Lifecycle
from cases.models import Case, CaseTransition, CollectionPartner, Coverage, ExchangeRate, SubmittedCase
from clients.models import (
    Agreement,
    Client,
    EmailAddress,
    LinkConflict,
    LinkRequest,
    ReferralPartnerClientLink,
    Signature,
    SignedDocument,
    User,
)
from clients.models.client import Role
from edge.mailbox import normal_address
from onboarding.models import CODE_LIFE, EmailCode, Purpose, Subject
from partners.issue_key import issue_key
from partners.models import ReferralPartner
from staff.models import SecondFactor, Staff


class PartnerFactory(DjangoModelFactory[ReferralPartner]):
    class Meta:
        model = ReferralPartner

    name = Sequence(lambda n: f"Ledgerly {n} Software ApS")
    short_name = Sequence(lambda n: f"Ledgerly {n}")
    contact_email = Sequence(lambda n: f"partners{n}@ledgerly.test")
    fee_percentage = Decimal("12.50")


class ClientFactory(DjangoModelFactory[Client]):
    class Meta:
        model = Client

    name = Sequence(lambda n: f"Acme {n} A/S")
    registration_number = Sequence(lambda n: f"DK{10000000 + n}")
    country = "DK"
    address = "Nørregade 1"
    zip_code = "1165"
    city = "København"
    support_email = Sequence(lambda n: f"office{n}@acme.test")
    support_phone = "+45 70 00 00 00"


class AgreementFactory(DjangoModelFactory[Agreement]):
    class Meta:
        model = Agreement

    number = Sequence(lambda n: n + 2)
    title = "Standard Debt Collection Agreement"
    text = "## 1. Scope\n\nDebitura collects claims.\n\n## 2. Fee\n\nNo cure, no pay."


def make_partner(**facts: Any) -> ReferralPartner:
    """A partner at 12.50 %."""
    return PartnerFactory.create(**facts)


def make_key(partner: ReferralPartner, *, label: str = "production") -> str:
    """The text of a new live key of the partner."""
    return issue_key(partner=partner, label=label, live=True)[1]


@transaction.atomic
def make_client(*, admin: str | None = None, colleagues: tuple[str, ...] = (), **facts: Any) -> Client:
    """A company with an admin, at these addresses; its own by default."""
    client = ClientFactory.build(**facts)
    admin = admin or f"jane.{client.pk.hex[:8]}@acme.test"
    client.support_email_key = normal_address(client.support_email)
    client.save(force_insert=True)
    addresses = {normal_address(email) for email in (client.support_email, admin, *colleagues)}
    EmailAddress.objects.bulk_create(EmailAddress(address=address, client=client) for address in addresses)
    make_user(client, email=admin, name="Jane Ann Doe", role=Role.CREDITOR_ADMIN)
    for email in colleagues:
        make_user(client, email=email)
    return client


def make_user(client: Client, *, email: str, name: str = "Ib Berg", role: Role = Role.CREDITOR_USER) -> User:
    """A user of the client at an address that is the client's; registers it if need be."""
    key = normal_address(email)
    EmailAddress.objects.get_or_create(address=key, client=client)
    return User.objects.create(client=client, name=name, email=email, email_key=key, role=role)


def make_link(
    *, partner: ReferralPartner | None = None, client: Client | None = None, tenant_id: str = "tenant-1", **facts: Any
) -> ReferralPartnerClientLink:
    """A client linked to a partner, at the partner's fee."""
    partner = partner or make_partner()
    facts = {"is_attributed": True, "fee_percentage": partner.fee_percentage, **facts}
    return ReferralPartnerClientLink.objects.create(
        partner=partner, client=client or make_client(), external_tenant_id=tenant_id, **facts
    )


def make_request(
    *, partner: ReferralPartner | None = None, client: Client | None = None, tenant_id: str = "tenant-1", **facts: Any
) -> LinkRequest:
    """A partner's request to be linked to a client: pending for a week, or with the end that is given."""
    now = timezone.now()
    decided_at = now if facts.get("status", "Pending") != "Pending" else None
    facts = {"expires_at": now + timedelta(days=7), "decided_at": decided_at, **facts}
    return LinkRequest.objects.create(
        partner=partner or make_partner(), client=client or make_client(), external_tenant_id=tenant_id, **facts
    )


def make_conflict(
    *, partner: ReferralPartner | None = None, link: ReferralPartnerClientLink | None = None, **facts: Any
) -> LinkConflict:
    """A partner's conflict about a client that is linked to another: open, or as it is given."""
    link = link or make_link(tenant_id="theirs")
    facts = {"kind": "Elsewhere", "external_tenant_id": "tenant-1", "client": link.client, **facts}
    return LinkConflict.objects.create(partner=partner or make_partner(), existing_link=link, **facts)


def make_ambiguity(
    *clients: Client, partner: ReferralPartner | None = None, external_tenant_id: str = "tenant-1"
) -> LinkConflict:
    """A partner's conflict about these clients, among which its addresses do not decide."""
    conflict = LinkConflict.objects.create(
        kind="Ambiguous", partner=partner or make_partner(), external_tenant_id=external_tenant_id
    )
    for client in clients:
        conflict.matches.create(client=client)
    return conflict


def make_code(link: ReferralPartnerClientLink, **facts: Any) -> EmailCode:
    """A code that is open."""
    user = link.client.users.get(role="CreditorAdmin")
    code = EmailCode(
        request_id=uuid.uuid4(),
        link=link,
        purpose=Purpose.FIRST_SIGNING,
        user=user,
        address=user.email,
        browser="b" * 32,
        expires_at=timezone.now() + timedelta(minutes=10),
        **facts,
    )
    code.keep_hash()
    code.save(force_insert=True)
    return code


def make_proof(about: Subject, *, browser: str, purpose: Purpose = Purpose.FIRST_SIGNING, **facts: Any) -> EmailCode:
    """A code that the client's first admin has just typed in at this browser: the proof of the address."""
    admin = about.client.users.filter(role=Role.CREDITOR_ADMIN).earliest("pk")
    code = EmailCode.about_to_be(about, purpose, browser)
    now = timezone.now()
    for name, value in {
        "user": admin,
        "address": admin.email,
        "used_at": now,
        "expires_at": now + CODE_LIFE,
        **facts,
    }.items():
        setattr(code, name, value)
    code.save(force_insert=True)
    return code


def make_agreement(*, published_at: datetime | None = None, **facts: Any) -> Agreement:
    """A version of the agreement: a draft, or published at the moment given and required from then on."""
    agreement = AgreementFactory.create(published_at=published_at, **{"required_from": published_at, **facts})
    agreement.refresh_from_db()
    return agreement


def make_first_agreement() -> Agreement:
    """Version 1, which migrations made and a flush took away."""
    return make_agreement(number=1, published_at=datetime(2026, 11, 1, 9, tzinfo=UTC))


@transaction.atomic
def make_signature(link: ReferralPartnerClientLink, *, signed_at: datetime | None = None, **facts: Any) -> Signature:
    """The signature of the link's client under the current agreement, with a document that is none."""
    signed_at = signed_at or timezone.now()
    agreement = Agreement.objects.published().order_by("number").last() or make_first_agreement()
    facts = {
        "company_name": link.client.name,
        "company_details": link.client.details(),
        "agreement_sha256": agreement.text_sha256,
        "consent": "I accept.",
        "signer_name": "Jane Ann Doe",
        "signer_user_id": 1,
        "signer_email": "jane@acme.test",
        "address_verified_how": "by code",
        "address_verified_at": signed_at,
        "signed_at": signed_at,
        **facts,
    }
    signature = Signature.objects.create(
        client=link.client,
        agreement=agreement,
        link=link,
        partner=link.partner,
        partner_name=link.partner.name,
        **facts,
    )
    pdf = b"%PDF-1.7"
    SignedDocument.objects.create(
        signature=signature,
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        renderer="typst",
        template_version="1",
        is_accessible=True,
    )
    return signature


def make_collection_partner(**facts: Any) -> CollectionPartner:
    """An agency that gives Debitura 30 % of its fees."""
    number = CollectionPartner.objects.count()
    facts = {"name": f"Inkasso {number}", "platform_share_percentage": Decimal("30.00"), **facts}
    return CollectionPartner.objects.create(office_email=f"office{number}@inkasso.test", **facts)


def make_coverage(
    collection_partner: CollectionPartner | None = None, *, country: str = "DK", **facts: Any
) -> Coverage:
    """The whole of a country, asked after what covers it already."""
    facts = {"position": Coverage.objects.filter(country=country).count(), **facts}
    collection_partner = collection_partner or make_collection_partner()
    return Coverage.objects.create(collection_partner=collection_partner, country=country, **facts)


def make_rate(currency: str = "EUR", usd_per_unit: str = "1.08", *, date: str = "2026-11-01") -> ExchangeRate:
    """What a currency is worth from this day on."""
    return ExchangeRate.objects.create(currency=currency, usd_per_unit=usd_per_unit, date=date)


@transaction.atomic
def make_case(
    *, link: ReferralPartnerClientLink | None = None, collection_partner: CollectionPartner | None = None, **facts: Any
) -> Case:
    """A case of 1,000 EUR against a Danish company, where it is said to stand, with a first step to there."""
    link = link or make_link()
    collection_partner = collection_partner or make_coverage().collection_partner
    facts = {
        "debtor_type": "Company",
        "debtor_name": "Debitor ApS",
        "debtor_country": "DK",
        "debtor_address": "Vestergade 2",
        "debtor_city": "Aarhus",
        "currency": "EUR",
        "amount": Decimal("1000.00"),
        "date": "2026-10-01",
        **facts,
    }
    facts.setdefault("remainder", facts["amount"])
    case = Case(link=link, client=link.client, partner=link.partner, collection_partner=collection_partner, **facts)
    if Lifecycle(case.lifecycle).is_finished:
        case.finished_at = timezone.now()
    case.save(force_insert=True)
    CaseTransition.objects.create(case=case, at=timezone.now(), to_lifecycle=case.lifecycle, why="Made for a test")
    case.refresh_from_db()
    return case


def make_submitted(link: ReferralPartnerClientLink, *, position: int = 0, **facts: Any) -> SubmittedCase:
    """What became of a claim that came with a client: the case that is given, or else nothing, as nobody covers it."""
    not_placed = {} if "case" in facts else {"error_type": "NoPartnerAvailable", "error_message": "Nobody"}
    return SubmittedCase.objects.create(link=link, position=position, digest="0" * 64, **{**not_placed, **facts})


def make_staff(group: str | None = None, **facts: Any) -> Staff:
    """A colleague in this group; without one, somebody who may do nothing yet."""
    facts = {
        "name": "Sam Staff",
        "email": f"sam.{Staff.objects.count()}@debitura.test",
        "password": "correct-horse-9",
        **facts,
    }
    staff = Staff.objects.create_user(**facts)
    if group:
        staff.groups.add(Group.objects.get(name=group))
    return staff


def make_second_factor(staff: Staff | None = None) -> SecondFactor:
    """An authenticator app of a colleague, with a key like any other."""
    staff = staff or make_staff()
    key = SecondFactor.seal_key(b"12345678901234567890", staff_id=staff.pk)
    device: SecondFactor = SecondFactor.objects.create(user=staff, name="authenticator app", key=key)
    return device


def registration_body(tenant_id: str = "tenant-1", **client: Any) -> dict[str, Any]:
    """A valid body of POST /clients; keywords replace facts of the client, `users` the users."""
    users = client.pop("users", [{"name": "Jane Ann Doe", "email": "jane@acme.test", "isOnboardingUser": True}])
    facts = {
        "name": "Acme A/S",
        "registrationNumber": "DK12345678",
        "country": "DK",
        "address": "Nørregade 1",
        "zipCode": "1165",
        "city": "København",
        "supportEmail": "office@acme.test",
        "supportPhone": "+45 70 00 00 00",
        **client,
    }
    return {"externalTenantId": tenant_id, "client": facts, "users": users}
