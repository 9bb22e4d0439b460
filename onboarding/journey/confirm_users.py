"""The client says who its users are, and which of them signs (product-rules 6.3, 6.12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clients.models import Client, EmailAddress, ReferralPartnerClientLink, User
from clients.models.client import Role
from edge.mailbox import normal_address
from onboarding.journey.confirm_company import AddressesOfOthers, AlreadySigned, ChangedSince, Saved, digest_of
from onboarding.journey.in_hand import InHand, NotProven, take_in_hand
from onboarding.journey.steps import Step
from onboarding.journey.typed_addresses import register_typed
from onboarding.models import Purpose
from partners.models import ReferralPartner
from staff.decision import history_context

CONFIRMED = "The client confirmed its users on its page"


@dataclass(frozen=True)
class Colleague:
    """A user as typed on the page, with `user_id` if known already. Exactly one is the onboarding user, who signs."""

    name: str
    email: str
    is_onboarding_user: bool
    user_id: int | None = None


@dataclass(frozen=True)
class HandedOver:
    """Saved, but another user now signs: whoever did this has nothing left to do."""


type UsersOutcome = Saved | HandedOver | AlreadySigned | ChangedSince | AddressesOfOthers | NotProven


def people_held(client: Client) -> list[Colleague]:
    """The client's users as stored, in order."""
    return [
        Colleague(user.name, user.email, user.role == Role.CREDITOR_ADMIN, user_id=user.pk)
        for user in client.users.all()
    ]


@transaction.atomic
def confirm_users(
    *,
    link: ReferralPartnerClientLink,
    purpose: Purpose,
    browser: str,
    colleagues: Sequence[Colleague],
    shown: str,
    at: datetime,
) -> UsersOutcome:
    """
    Replace the client's users by these, with the onboarding user as the only creditor admin.

    Saves nothing if the users changed since the page was shown (`shown` is its digest). Sending what is stored already
    is never ChangedSince, so a second call before the signature saves the same again. The acting user keeps the proven
    address, whatever was typed.
    """
    match take_in_hand(link=link, purpose=purpose, browser=browser, at=at):
        case NotProven() as refusal:
            return refusal
        case InHand(step=Step.DONE):
            return AlreadySigned()
        case InHand(client) if shown != digest_of(held := people_held(client)) and _facts(colleagues) != _facts(held):
            return ChangedSince()
        case InHand(client, proof):
            with history_context(client_user=proof.user.pk, why=CONFIRMED):
                return _save(client, link.partner, proof.user, colleagues, at)


def _facts(colleagues: Sequence[Colleague]) -> list[tuple[str, str, bool]]:
    """Users without their ids, which new ones do not have yet, and sorted, so that two lists can be compared."""
    return sorted((each.name, normal_address(each.email), each.is_onboarding_user) for each in colleagues)


def _save(
    client: Client, partner: ReferralPartner, acting: User, colleagues: Sequence[Colleague], at: datetime
) -> UsersOutcome:
    if unusable := register_typed(client, partner, [colleague.email for colleague in colleagues], at=at):
        return AddressesOfOthers(unusable)
    users = _users(client, acting, colleagues)
    client.users.exclude(pk__in=[user.pk for user in users if user.pk]).delete()
    # Two users may have swapped addresses, and the unique key holds at every moment.
    client.users.update(email_key=None)
    for user in users:
        user.save()
    client.users_confirmed_at = at
    client.save(update_fields=["users_confirmed_at"])
    EmailAddress.objects.release_unused(client)
    return Saved() if acting.pk in {user.pk for user in users if user.role == Role.CREDITOR_ADMIN} else HandedOver()


def _users(client: Client, acting: User, colleagues: Sequence[Colleague]) -> list[User]:
    """The client's users as they are to be saved: matched by id, else by address, else new."""
    known = {user.pk: user for user in client.users.all()}
    named = {colleague.user_id for colleague in colleagues}
    by_address = {user.email_key: user for user in known.values() if user.pk not in named}
    users = []
    for colleague in colleagues:
        user = known.pop(colleague.user_id or 0, None) or by_address.pop(normal_address(colleague.email), None)
        users.append(_as_typed(user or User(client=client, email=colleague.email), colleague, acting))
    return users


def _as_typed(user: User, colleague: Colleague, acting: User) -> User:
    user.name = colleague.name
    user.email = user.email if user.pk == acting.pk else colleague.email
    user.email_key = normal_address(user.email)
    user.role = Role.CREDITOR_ADMIN if colleague.is_onboarding_user else Role.CREDITOR_USER
    return user
