"""The client says who works there, and who signs (product-rules 6.3, 6.12)."""

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
    """A person as the page has it; `user_id` of one who is known already. One of them is the onboarding user."""

    name: str
    email: str
    is_onboarding_user: bool
    user_id: int | None = None


@dataclass(frozen=True)
class HandedOver:
    """Saved, and somebody else signs: whoever did this has no more to do here."""


type UsersOutcome = Saved | HandedOver | AlreadySigned | ChangedSince | AddressesOfOthers | NotProven


def people_held(client: Client) -> list[Colleague]:
    """The people as they are held now, in their order."""
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
    Make the client's users these, and the onboarding user among them its only creditor admin.

    Nothing is saved if what the page has `shown` is not what is held, unless just that is sent: a second click is no
    older page. Who acts keeps the address that is proven, whatever the page says. Again before the signature: the same.
    """
    match take_in_hand(link=link, purpose=purpose, browser=browser, at=at):
        case NotProven() as refusal:
            return refusal
        case InHand(step=Step.DONE):
            return AlreadySigned()
        case InHand(client) if shown != digest_of(held := people_held(client)) and _in_words(colleagues) != _in_words(
            held
        ):
            return ChangedSince()
        case InHand(client, proof):
            with history_context(client_user=proof.user.pk, why=CONFIRMED):
                return _save(client, link.partner, proof.user, colleagues, at)


def _in_words(colleagues: Sequence[Colleague]) -> list[tuple[str, str, bool]]:
    """Who it is and who signs, in one order; new people have no number before they are saved."""
    return sorted((each.name, normal_address(each.email), each.is_onboarding_user) for each in colleagues)


def _save(
    client: Client, partner: ReferralPartner, acting: User, colleagues: Sequence[Colleague], at: datetime
) -> UsersOutcome:
    if unusable := register_typed(client, partner, [colleague.email for colleague in colleagues], at=at):
        return AddressesOfOthers(unusable)
    users = _users(client, acting, colleagues)
    client.users.exclude(pk__in=[user.pk for user in users if user.pk]).delete()
    # Two may have swapped addresses, and an address stands once at a client at any moment.
    client.users.update(email_key=None)
    for user in users:
        user.save()
    client.users_confirmed_at = at
    client.save(update_fields=["users_confirmed_at"])
    EmailAddress.objects.release_unused(client)
    return Saved() if acting.pk in {user.pk for user in users if user.role == Role.CREDITOR_ADMIN} else HandedOver()


def _users(client: Client, acting: User, colleagues: Sequence[Colleague]) -> list[User]:
    """The client's users as they shall be: known ones by their id, else by their address, and new ones."""
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
