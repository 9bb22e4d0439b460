"""Who is calling: the `XApiKey` header."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from edge.request_log import note_partner
from partners.models import ApiKey, ReferralPartner, find_usable_key, is_well_formed, key_hash

if TYPE_CHECKING:  # rest_framework.views imports this module
    from rest_framework.views import APIView


class XApiKeyAuthentication(BaseAuthentication):
    """
    Finds the partner behind the key.

    Every kind of wrong key gets the same answer, so guessing reveals nothing. The look-up is by the key's hash, so its
    timing reveals nothing either; the constant-time comparison is there in case that ever changes.
    """

    def authenticate(self, request: Request) -> tuple[ReferralPartner, ApiKey]:
        """Return the partner and its key, or answer 401 before the body is read."""
        given = request.headers.get("XApiKey", "")
        if not is_well_formed(given):
            raise AuthenticationFailed
        given_hash = key_hash(given)
        key = find_usable_key(given_hash)
        if key is None or not secrets.compare_digest(key.hash, given_hash):
            raise AuthenticationFailed
        if key.last_used_at is None or timezone.now() - key.last_used_at > timedelta(minutes=1):
            key.note_use()
        note_partner(key.partner_id)
        return key.partner, key

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing key is a 401 and not a 403."""
        return "XApiKey"


class IsPartner(BasePermission):
    """Admits every partner whose key works; querysets restrict what it sees."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the request was authenticated as a partner."""
        return isinstance(request.user, ReferralPartner)


def calling_partner(request: Request) -> ReferralPartner:
    """The partner that made an authenticated request."""
    return cast(ReferralPartner, request.user)
