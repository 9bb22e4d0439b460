"""End a browser's proofs, for visitors on a shared computer (product-rules 6.2)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from clients.models import Client
from edge.clock import ClockTimestamp
from onboarding.models import EmailCode, KeptForm


@transaction.atomic
def end_proof(*, browser: str) -> None:
    """
    Let all codes and proofs of this browser lapse, whatever they are for, and delete its kept forms.

    A second call changes nothing.
    """
    codes = EmailCode.objects.filter(browser=browser, lapsed_at=None)
    clients = Client.objects.filter(
        Q(pk__in=codes.values("link__client")) | Q(pk__in=codes.values("link_request__client"))
    )
    # A signature or decision in progress either finishes first, or finds no proof.
    list(clients.lock().order_by("pk"))
    codes.update(lapsed_at=ClockTimestamp())
    KeptForm.objects.filter(browser=browser).delete()
