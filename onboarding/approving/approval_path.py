"""Paths and URLs of the pages on which a client decides about a link request."""

from django.conf import settings
from django.urls import reverse

from clients.models import LinkRequest


def approval_path(link_request: LinkRequest, page: str = "entry") -> str:
    """The path of a page about a link request. Visitors prove an address on the entry page."""
    return reverse("approval" if page == "entry" else f"approval-{page}", args=[link_request.pk])


def approval_url(link_request: LinkRequest) -> str:
    """The URL at which the client decides. Its host comes from a setting, never from the HTTP request."""
    return settings.ONBOARDING_BASE_URL + approval_path(link_request)
