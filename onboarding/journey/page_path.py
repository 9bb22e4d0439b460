"""Where the pages are on which a client comes to sign."""

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
    """Where a page is on this site, by the name of its URL; the entry is where an address is proven."""
    return reverse(f"{purpose}:{page}", args=[link.pk])


def signing_url(link: ReferralPartnerClientLink, status: AgreementStatus) -> str | None:
    """
    Where the client signs, if there is anything to sign: what must be, or what is announced.

    The address comes from a setting and never from the request.
    """
    if not may_sign(status):
        return None
    return f"{settings.ONBOARDING_BASE_URL}{_entry_before_the_id(purpose_for(status))}{link.pk}"


@cache
def _entry_before_the_id(purpose: Purpose) -> str:
    """The path of the entry up to the link's id, looked up once: a page of clients names it for fifty links."""
    return reverse(f"{purpose}:entry", args=[NOBODYS]).removesuffix(str(NOBODYS))
