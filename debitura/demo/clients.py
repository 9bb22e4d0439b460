"""Two clients for each demo partner, one that has signed and one that has not, made by the product's use cases."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone

from clients.models import Agreement, ReferralPartnerClientLink
from clients.models.client import Role
from debitura.demo.cases import claims, move_along
from onboarding.journey.confirm_company import confirm_company, details_held, digest_of
from onboarding.journey.confirm_users import confirm_users, people_held
from onboarding.models import EmailCode, Purpose
from onboarding.proof.email_codes import confirm_code, request_code
from onboarding.registering.onboard import onboard_client
from onboarding.registering.outcomes import AwaitingSignature
from onboarding.registering.registration import Company, Person, Registration
from onboarding.signing.sign_agreement import Signed, SignedAs, sign_agreement, what_is_shown
from partners.models import ReferralPartner
from staff.models import Staff

# By partner's short name: the client that signs, and the one that does not.
CLIENTS = {
    "Ledgerly": (
        Registration(
            external_tenant_id="ledgerly-1001",
            company=Company(
                name="Havn & Sønner ApS",
                country="DK",
                support_email="bogholderi@havn.example",
                address="Strandgade 14",
                zip_code="1401",
                city="København K",
            ),
            people=(
                Person("Mette Havn", "mette@havn.example", is_onboarding_user=True),
                Person("Ole Brandt", "ole@havn.example", is_onboarding_user=False),
            ),
            claims=claims("FAK", 9),
        ),
        Registration(
            external_tenant_id="ledgerly-1002",
            company=Company(name="Fjord Kaffe AB", country="SE", support_email="ekonomi@fjordkaffe.example"),
            people=(Person("Astrid Lind", "astrid@fjordkaffe.example", is_onboarding_user=True),),
            claims=claims("FJK", 2),
        ),
    ),
    "Bookwise": (
        Registration(
            external_tenant_id="bookwise-501",
            company=Company(
                name="Müller Werkzeugbau GmbH",
                country="DE",
                support_email="buchhaltung@mueller-werkzeug.example",
                address="Industriestraße 3",
                zip_code="70565",
                city="Stuttgart",
            ),
            people=(Person("Katrin Müller", "k.mueller@mueller-werkzeug.example", is_onboarding_user=True),),
            claims=claims("RE", 3),
        ),
        Registration(
            external_tenant_id="bookwise-502",
            company=Company(name="Ελιά Εξαγωγές Α.Ε.", country="GR", support_email="logistirio@elia.example"),
            people=(Person("Νίκος Παππάς", "nikos@elia.example", is_onboarding_user=True),),
        ),
    ),
}


def make_clients(partner: ReferralPartner, *, operations: Staff) -> None:
    """Create both clients, sign for the first, and move its cases along. A second call changes nothing."""
    signing, waiting = CLIENTS[partner.short_name]
    onboard_client(partner=partner, registration=waiting, at=timezone.now())
    outcome = onboard_client(partner=partner, registration=signing, at=timezone.now())
    if isinstance(outcome, AwaitingSignature) and not outcome.is_replay:
        _sign(outcome.link, signing.company)
        move_along(outcome.link, operations)


def _sign(link: ReferralPartnerClientLink, company: Company) -> None:
    """Go through the pages' steps as the client's admin would, from the code to the signature."""
    agreement = Agreement.objects.published().latest("number")
    signed_as = SignedAs(name=link.client.users.get(role=Role.CREDITOR_ADMIN).name, ip_address=None, user_agent="demo")
    browser = prove(link)
    at = timezone.now()
    facts: dict[str, Any] = {"link": link, "purpose": Purpose.FIRST_SIGNING, "browser": browser, "at": at}
    confirm_company(**facts, company=company, shown=digest_of(details_held(link.client)))
    people = people_held(link.client)
    confirm_users(**facts, users=people, shown=digest_of(people))
    shown = what_is_shown(link.client, agreement)
    outcome = sign_agreement(
        link=link, purpose=Purpose.FIRST_SIGNING, browser=browser, shown=shown, signed_as=signed_as, at=at
    )
    if not isinstance(outcome, Signed):
        raise RuntimeError(f"The demo's client could not sign: {outcome}")


def prove(link: ReferralPartnerClientLink) -> str:
    """Prove the address of the client's admin; return the name of the browser that holds the proof."""
    browser = secrets.token_urlsafe()
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser=browser)
    code = EmailCode.objects.get(browser=browser).text()
    confirm_code(about=link, purpose=Purpose.FIRST_SIGNING, browser=browser, typed=code, renamed=browser)
    return browser
