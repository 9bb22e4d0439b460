"""Paths and URLs of the pages on which clients sign."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from clients.agreement_status import AgreementStatus
from clients.models import ReferralPartnerClientLink
from onboarding.journey.steps import may_sign, purpose_for
from onboarding.models import Purpose

NOBODYS = UUID(int=0)


def page_path(link: ReferralPartnerClientLink, purpose: Purpose, page: str = "entry") -> str:
    """The path of a page, by the name of its URL. Visitors prove an address on the entry page."""
    return reverse(f"{purpose}:{page}", args=[link.pk])


def signing_url(link: ReferralPartnerClientLink, status: AgreementStatus) -> str | None:
    """
    The URL at which the client signs; None if there is nothing to sign, now or in advance.

    Its host comes from a setting, never from the HTTP request.
    """
    if not may_sign(status):
        return None
    return f"{settings.ONBOARDING_BASE_URL}{_entry_before_the_id(purpose_for(status))}{link.pk}"


@cache
def _entry_before_the_id(purpose: Purpose) -> str:
    """The entry's path up to the link's id. Cached, since a list of clients in the API needs it fifty times."""
    return reverse(f"{purpose}:entry", args=[NOBODYS]).removesuffix(str(NOBODYS))
