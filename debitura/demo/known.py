"""Companies of the demo that are known already, for the 409s: nobody's, one that was asked, and a rival's."""

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


# Whoever asks for this one is told to let it approve.
NOBODYS = _known("Polaris Seilduk AS", "NO", "polaris.example", "Ingrid Dahl")
ASKED = _known("Bottega Verdi S.r.l.", "IT", "bottegaverdi.example", "Giulia Verdi")
RIVALS = _known("Atelier Lumière SARL", "FR", "lumiere.example", "Claire Martin")


def make_known_companies(partner: ReferralPartner, rival: ReferralPartner) -> None:
    """Make them, a pending request and an open conflict of the partner; again, nothing happens."""
    if EmailAddress.objects.filter(pk=normal_address(NOBODYS.company.support_email)).exists():
        return
    for registration in (NOBODYS, ASKED, RIVALS):
        outcome = onboard_client(partner=rival, registration=registration, at=timezone.now())
        if isinstance(outcome, AwaitingSignature):
            prove(outcome.link)
    left = [NOBODYS.external_tenant_id, ASKED.external_tenant_id]
    # They have left the rival's platform.
    links = ReferralPartnerClientLink.objects.active().filter(partner=rival, external_tenant_id__in=left)
    links.update(archived_at=timezone.now())
    for registration in (ASKED, RIVALS):
        onboard_client(partner=partner, registration=registration, at=timezone.now())
