"""Where the pages are on which a client decides about a partner."""

from django.conf import settings
from django.urls import reverse

from clients.models import LinkRequest


def approval_path(request: LinkRequest, page: str = "entry") -> str:
    """Where a page about a request is on this site; the entry is where an address is proven."""
    return reverse("approval" if page == "entry" else f"approval-{page}", args=[request.pk])


def approval_url(request: LinkRequest) -> str:
    """Where the client decides about a partner; the address comes from a setting and never from the request."""
    return settings.ONBOARDING_BASE_URL + approval_path(request)
