"""
Correct a client's users when nobody there can: a wrong address, or an admin who has left (product-rules 3.13).

Whoever reads mail at an admin's address can sign for the company. So the client's other addresses are notified, and if
the client has signed, a second colleague must confirm the correction first.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clients.models import Client, EmailAddress, EnteredBy, User
from clients.models.client import Role
from edge.clock import ClockTimestamp
from edge.mailbox import normal_address, read_email
from onboarding.models import Correction, CorrectionStatus, EmailCode
from onboarding.tasks import tell_of_correction
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Corrected:
    """The user has the new address; the client's earlier codes and proofs have lapsed."""

    user: User


@dataclass(frozen=True)
class Refused:
    """The proposal was refused; the client's users did not change."""


@dataclass(frozen=True)
class WaitsForColleague:
    """The client has signed, so a second colleague must confirm the proposal; nothing changed yet."""

    correction: Correction


@dataclass(frozen=True)
class AddressOfOtherUser:
    """Another user of the same client has the address; nothing changed."""

    holder: User


@dataclass(frozen=True)
class AddressOfAnother:
    """The address belongs to another client; nothing changed."""


@dataclass(frozen=True)
class ClientIsGone:
    """The client was withdrawn or erased, so its users cannot be corrected; nothing changed."""


@dataclass(frozen=True)
class UserIsGone:
    """The user to correct no longer exists at the client; nothing changed."""


@dataclass(frozen=True)
class NotByTheSame:
    """The colleague who proposed the correction cannot confirm it; nothing changed."""


@dataclass(frozen=True)
class DecidedBefore:
    """The correction was confirmed or refused already; nothing changed."""

    correction: Correction


type Refusal = AddressOfOtherUser | AddressOfAnother | ClientIsGone | UserIsGone
type CorrectionOutcome = Corrected | WaitsForColleague | Refusal
type Confirmation = Corrected | NotByTheSame | DecidedBefore | Refusal


@transaction.atomic
def correct_address(*, client: Client, user: User, new_email: str, by: Staff, why: str) -> CorrectionOutcome:
    """
    Give a client's user another address, and let all of the client's codes and proofs lapse.

    A second call changes no address but lets codes and proofs lapse again; or it returns the proposal that already
    waits for a second colleague.
    """
    client = Client.objects.lock().get(pk=client.pk)
    user = client.users.get(pk=user.pk)
    wanted = Correction(client=client, user=user, email=read_email(new_email), held=user.email, why=why, proposed_by=by)
    return _propose(wanted, is_admins=user.role == Role.CREDITOR_ADMIN)


@transaction.atomic
def add_admin(*, client: Client, name: str, email: str, by: Staff, why: str) -> CorrectionOutcome:
    """
    Add an admin to the client, and let all of the client's codes and proofs lapse.

    A second call adds nobody: it returns AddressOfOtherUser, or the proposal that already waits.
    """
    client = Client.objects.lock().get(pk=client.pk)
    wanted = Correction(client=client, name=name, email=read_email(email), why=why, proposed_by=by)
    return _propose(wanted, is_admins=True)


@transaction.atomic
def confirm_correction(*, correction: Correction, by: Staff, why: str) -> Confirmation:
    """Apply a colleague's proposal, if that is still possible. A second call returns DecidedBefore."""
    client = Client.objects.lock().get(pk=correction.client_id)
    waiting = Correction.objects.waiting().select_for_update(of=("self",)).filter(pk=correction.pk).first()
    if waiting is None:
        return _decided_before(correction)
    if waiting.proposed_by_id == by.pk:
        return NotByTheSame()
    waiting.client = client
    if (refusal := _refusal(waiting)) is not None:
        return refusal
    return _apply(waiting, by=by, why=why)


@transaction.atomic
def refuse_correction(*, correction: Correction, by: Staff, why: str) -> Refused | DecidedBefore:
    """Refuse a proposal; a colleague can also take back their own. A second call returns DecidedBefore."""
    Client.objects.lock().get(pk=correction.client_id)
    waiting = Correction.objects.waiting().select_for_update(of=("self",)).filter(pk=correction.pk).first()
    if waiting is None:
        return _decided_before(correction)
    with decision(by=by, why=why, what=f"Refused correction {waiting.pk}", about=waiting.client):
        waiting.decide(CorrectionStatus.REFUSED, by=by, at=timezone.now())
        waiting.forget()
    return Refused()


def _propose(wanted: Correction, *, is_admins: bool) -> CorrectionOutcome:
    if (refusal := _refusal(wanted)) is not None:
        return refusal
    if is_admins and settings.CORRECTIONS_TAKE_TWO and wanted.client.signatures.exists():
        # `_refusal` has registered the new address, which must not be the client's before it is confirmed.
        EmailAddress.objects.release_unused(wanted.client)
        same = wanted.client.corrections.waiting().filter(user=wanted.user, email=wanted.email).first()
        if same is not None:
            return WaitsForColleague(same)
        what = f"Proposed another address for user {wanted.user_id}" if wanted.user else "Proposed another admin"
        with decision(by=wanted.proposed_by, why=wanted.why, what=what, about=wanted.client):
            wanted.save(force_insert=True)
        return WaitsForColleague(wanted)
    return _apply(wanted, by=wanted.proposed_by, why=wanted.why)


def _refusal(wanted: Correction) -> Refusal | None:
    """What prevents the correction, or None; then the new address has been registered to the client."""
    client = wanted.client
    if client.withdrawn_at is not None or client.erased_at is not None:
        return ClientIsGone()
    if wanted.name == "" and wanted.user is None:
        return UserIsGone()
    holder = client.users.filter(email_key=normal_address(wanted.email)).first()
    if holder is not None and holder != wanted.user:
        return AddressOfOtherUser(holder)
    if EmailAddress.objects.register(client, [wanted.email], by=EnteredBy.STAFF):
        return AddressOfAnother()
    return None


def _apply(wanted: Correction, *, by: Staff, why: str) -> Corrected:
    client, user = wanted.client, wanted.user
    what = f"Corrected the address of user {user.pk}" if user else "Added an admin"
    with decision(by=by, why=why, what=what, about=client):
        wanted.held = user.email if user else ""
        if user is None:
            user = User(client=client, name=wanted.name, role=Role.CREDITOR_ADMIN)
        user.email, user.email_key = wanted.email, normal_address(wanted.email)
        user.save()
        _release_and_lapse(client)
        wanted.decide(CorrectionStatus.DONE, by=by, at=timezone.now())
    tell_of_correction.defer(correction_id=wanted.pk)
    return Corrected(user)


def _release_and_lapse(client: Client) -> None:
    """Release addresses that no user has any more, and let all the client's codes and proofs lapse."""
    EmailAddress.objects.release_unused(client)
    EmailCode.objects.filter(client=client, lapsed_at=None).update(lapsed_at=ClockTimestamp())


def _decided_before(correction: Correction) -> DecidedBefore:
    correction.refresh_from_db()
    return DecidedBefore(correction)
