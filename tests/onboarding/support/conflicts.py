"""Conflicts, and who decides about them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clients.models import LinkConflict
from partners.models import ReferralPartner
from tests.make import make_client, make_link, make_staff
from tests.onboarding.registration import JANE, onboard


def ask_for_a_client_of(rival: ReferralPartner, *, by: ReferralPartner) -> LinkConflict:
    client = make_client(admin="jane@acme.test")
    make_link(partner=rival, client=client, tenant_id="theirs", fee_percentage=Decimal("10.00"))
    onboard(by)
    return LinkConflict.objects.get()


def decide(act: Any, conflict: LinkConflict, **facts: Any) -> Any:
    return act(conflict=conflict, by=make_staff("Support"), why="They called", at=timezone.now(), **facts)


def onboard_another(partner: ReferralPartner) -> Any:
    """The partner's next customer, under the id that it asked with."""
    joe = replace(JANE, email="joe@other.test")
    return onboard(partner, people=(joe,), support_email="office@other.test")
