"""The second factor: a code from an app on the phone (TOTP), enrolled by a superuser."""

import secrets
from typing import Any, Final

from django.db import transaction

from staff.decision import decision
from staff.models import SecondFactor, Staff

KEY_BYTES: Final = 20  # as long as RFC 4226 recommends, and what authenticator apps expect


@transaction.atomic
def enrol(*, staff: Staff, by: Staff, why: str) -> SecondFactor:
    """Give the colleague a new second factor; each call ends the previous one and its sessions."""
    with decision(by=by, why=why, what="Enrolled a second factor", about=staff):
        SecondFactor.objects.filter(user=staff).delete()
        key = SecondFactor.seal_key(secrets.token_bytes(KEY_BYTES), staff_id=staff.pk)
        device: SecondFactor = SecondFactor.objects.create(user=staff, name="authenticator app", key=key)
        return device


@transaction.atomic
def verified_device(user: Staff, token: str) -> Any:
    """
    The device that this code belongs to, or None. A code works once; each wrong one makes the next wait longer.

    The rows are locked: otherwise guesses in parallel would all be checked against the same count of failures.
    """
    devices = SecondFactor.objects.select_for_update().filter(user=user, confirmed=True)
    return next((device for device in devices if device.verify_token(token)), None)
