"""Support corrects Jane, and adds Ann."""

from __future__ import annotations

from clients.models import Client, User
from clients.models.client import Role
from onboarding.models import Purpose
from onboarding.support import correct_users
from onboarding.support.correct_users import (
    CorrectionOutcome,
)
from staff.models import Staff
from tests.make import make_staff

FIRST = Purpose.FIRST_SIGNING
WHY = "She told us on the phone, called back at the number in the register"


def sam() -> Staff:
    """From support."""
    return Staff.objects.first() or make_staff("Support")


def jane(client: Client) -> User:
    return client.users.get(role=Role.CREDITOR_ADMIN)


def correct(client: Client, email: str = "jane.doe@acme.test", *, why: str = WHY) -> CorrectionOutcome:
    return correct_users.correct_address(client=client, user=jane(client), new_email=email, by=sam(), why=why)


def add(client: Client, email: str = "ann@acme.test", *, why: str = WHY) -> CorrectionOutcome:
    return correct_users.add_admin(client=client, name="Ann Lee", email=email, by=sam(), why=why)


def addresses(client: Client) -> set[str]:
    return set(client.addresses.values_list("pk", flat=True))
