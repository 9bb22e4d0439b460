"""Correct a client's users when nobody there can: a wrong address, or an admin who has left (product-rules 3.13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from clients.models import Client, EmailAddress, User
from clients.models.client import Role
from debitura.edge.clock import ClockTimestamp
from debitura.edge.mailbox import normal_address, read_email
from debitura.staff.decision import decision
from debitura.staff.models import Staff
from onboarding.models import EmailCode


@dataclass(frozen=True)
class Corrected:
    """The user has this address now; what was proven before holds no more."""

    user: User


@dataclass(frozen=True)
class AddressOfColleague:
    """Another user of the same client has this address; nothing changed."""

    colleague: User


@dataclass(frozen=True)
class AddressOfAnother:
    """The address belongs to another client; nothing changed."""


@dataclass(frozen=True)
class ClientIsGone:
    """The client was withdrawn or erased, so it gets no address any more; nothing changed."""


type CorrectionOutcome = Corrected | AddressOfColleague | AddressOfAnother | ClientIsGone


@transaction.atomic
def correct_address(*, client: Client, user: User, new_email: str, by: Staff, why: str) -> CorrectionOutcome:
    """
    Give a user of the client another address; all proofs and open codes of the client lapse.

    A second call finds the address as it should be, and lets codes and proofs lapse once more.
    """
    email = read_email(new_email)
    client = Client.objects.lock().get(pk=client.pk)
    user = client.users.get(pk=user.pk)
    if (refusal := _refusal(client, email, besides=user)) is not None:
        return refusal
    with decision(by=by, why=why, what=f"Corrected the address of user {user.pk}", about=client):
        user.email, user.email_key = email, normal_address(email)
        user.save(update_fields=["email", "email_key"])
        _let_go(client)
    return Corrected(user)


@transaction.atomic
def add_admin(*, client: Client, name: str, email: str, by: Staff, why: str) -> CorrectionOutcome:
    """
    Give the client another admin; all proofs and open codes of the client lapse.

    A second call adds nobody: the address is then a colleague's.
    """
    email = read_email(email)
    client = Client.objects.lock().get(pk=client.pk)
    if (refusal := _refusal(client, email)) is not None:
        return refusal
    with decision(by=by, why=why, what="Added an admin", about=client):
        user = client.users.create(name=name, email=email, email_key=normal_address(email), role=Role.CREDITOR_ADMIN)
        _let_go(client)
    return Corrected(user)


def _refusal(
    client: Client, email: str, *, besides: User | None = None
) -> AddressOfColleague | AddressOfAnother | ClientIsGone | None:
    """Why the address cannot be used; when it can, it is registered to the client afterwards."""
    if client.withdrawn_at is not None or client.erased_at is not None:
        return ClientIsGone()
    colleague = client.users.filter(email_key=normal_address(email)).first()
    if colleague is not None and colleague != besides:
        return AddressOfColleague(colleague)
    if EmailAddress.objects.register(client, [email]):
        return AddressOfAnother()
    return None


def _let_go(client: Client) -> None:
    """Of addresses that nobody has any more, and of everything that they proved."""
    EmailAddress.objects.release_unused(client)
    EmailCode.objects.of_client(client).filter(lapsed_at=None).update(lapsed_at=ClockTimestamp())
