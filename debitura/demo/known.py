"""Companies already known, to try each 409: one without a partner, one already asked, one of the other partner."""

from __future__ import annotations

from django.utils import timezone

from clients.models import EmailAddress, ReferralPartnerClientLink
from debitura.demo.clients import prove
from edge.mailbox import normal_address
from onboarding.registering.onboard import onboard_client
from onboarding.registering.outcomes import AwaitingSignature
from onboarding.registering.registration import Company, Person, Registration
from partners.models import ReferralPartner


def _known(name: str, country: str, domain: str, admin: str) -> Registration:
    company = Company(name=name, country=country, support_email=f"office@{domain}")
    people = (Person(admin, f"admin@{domain}", is_onboarding_user=True),)
    return Registration(external_tenant_id=domain, company=company, people=people)


# A partner that posts this one gets the 409 that asks for the client's approval.
NOBODYS = _known("Polaris Seilduk AS", "NO", "polaris.example", "Ingrid Dahl")
ASKED = _known("Bottega Verdi S.r.l.", "IT", "bottegaverdi.example", "Giulia Verdi")
RIVALS = _known("Atelier Lumière SARL", "FR", "lumiere.example", "Claire Martin")


def make_known_companies(partner: ReferralPartner, rival: ReferralPartner) -> None:
    """Make the companies, and a pending request and an open conflict of the partner. A second call changes nothing."""
    if EmailAddress.objects.filter(pk=normal_address(NOBODYS.company.support_email)).exists():
        return
    for registration in (NOBODYS, ASKED, RIVALS):
        outcome = onboard_client(partner=rival, registration=registration, at=timezone.now())
        if isinstance(outcome, AwaitingSignature):
            prove(outcome.link)
    # These two have left the rival's platform.
    left = [NOBODYS.external_tenant_id, ASKED.external_tenant_id]
    links = ReferralPartnerClientLink.objects.active().filter(partner=rival, external_tenant_id__in=left)
    links.update(archived_at=timezone.now())
    for registration in (ASKED, RIVALS):
        onboard_client(partner=partner, registration=registration, at=timezone.now())
