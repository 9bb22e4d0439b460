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
class UserDetails:
    """A user as typed on the page, with `user_id` if known already. Exactly one is the onboarding user, who signs."""

    name: str
    email: str
    is_onboarding_user: bool
    user_id: int | None = None


@dataclass(frozen=True)
class HandedOver:
    """Saved, but another user now signs: whoever did this has nothing left to do."""


type UsersOutcome = Saved | HandedOver | AlreadySigned | ChangedSince | AddressesOfOthers | NotProven


def people_held(client: Client) -> list[UserDetails]:
    """The client's users as stored, in order."""
    return [
        UserDetails(user.name, user.email, user.role == Role.CREDITOR_ADMIN, user_id=user.pk)
        for user in client.users.all()
    ]


@transaction.atomic
def confirm_users(
    *,
    link: ReferralPartnerClientLink,
    purpose: Purpose,
    browser: str,
    users: Sequence[UserDetails],
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
        case InHand(client) if shown != digest_of(held := people_held(client)) and _facts(users) != _facts(held):
            return ChangedSince()
        case InHand(client, proof):
            with history_context(client_user=proof.user.pk, why=CONFIRMED):
                return _save(client, link.partner, proof.user, users, at)


def _facts(users: Sequence[UserDetails]) -> list[tuple[str, str, bool]]:
    """Users without their ids, which new ones do not have yet, and sorted, so that two lists can be compared."""
    return sorted((each.name, normal_address(each.email), each.is_onboarding_user) for each in users)


def _save(
    client: Client, partner: ReferralPartner, acting: User, users: Sequence[UserDetails], at: datetime
) -> UsersOutcome:
    if unusable := register_typed(client, partner, [each.email for each in users], at=at):
        return AddressesOfOthers(unusable)
    rows = _rows(client, acting, users)
    client.users.exclude(pk__in=[user.pk for user in rows if user.pk]).delete()
    # Two users may have swapped addresses, and the unique key holds at every moment.
    client.users.update(email_key=None)
    for user in rows:
        user.save()
    client.users_confirmed_at = at
    client.save(update_fields=["users_confirmed_at"])
    EmailAddress.objects.release_unused(client)
    return Saved() if acting.pk in {user.pk for user in rows if user.role == Role.CREDITOR_ADMIN} else HandedOver()


def _rows(client: Client, acting: User, users: Sequence[UserDetails]) -> list[User]:
    """The client's users as they are to be saved: matched by id, else by address, else new."""
    known = {user.pk: user for user in client.users.all()}
    named = {each.user_id for each in users}
    by_address = {user.email_key: user for user in known.values() if user.pk not in named}
    rows = []
    for details in users:
        user = known.pop(details.user_id or 0, None) or by_address.pop(normal_address(details.email), None)
        rows.append(_as_typed(user or User(client=client, email=details.email), details, acting))
    return rows


def _as_typed(user: User, details: UserDetails, acting: User) -> User:
    user.name = details.name
    user.email = user.email if user.pk == acting.pk else details.email
    user.email_key = normal_address(user.email)
    user.role = Role.CREDITOR_ADMIN if details.is_onboarding_user else Role.CREDITOR_USER
    return user
