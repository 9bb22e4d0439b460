"""The second factor: a code from an app on the phone (TOTP), enrolled by a superuser."""

from typing import Any

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from debitura.staff.decision import decision
from debitura.staff.models import Staff


@transaction.atomic
def enrol(*, staff: Staff, by: Staff, why: str) -> TOTPDevice:
    """Give the colleague a new second factor; the one before, if any, stops working, and so do its sessions."""
    with decision(by=by, why=why, what="Enrolled a second factor", about=staff):
        TOTPDevice.objects.filter(user=staff).delete()
        return TOTPDevice.objects.create(user=staff, name="authenticator app")


@transaction.atomic
def verified_device(user: Staff, token: str) -> Any:
    """
    The device whose code this is, or None. A code works once, and each wrong one makes the next wait longer.

    The rows are locked, or guesses in parallel would all be judged by the count before them.
    """
    devices = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True)
    return next((device for device in devices if device.verify_token(token)), None)
