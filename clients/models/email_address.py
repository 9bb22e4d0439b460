"""The addresses by which we recognise clients, and which of them still count (product-rules 3.1)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Now

from clients.mail_providers import is_public
from clients.models.client import Client, User
from edge.clock import ClockTimestamp
from edge.mailbox import normal_address
from edge.rows import Statement
from partners.models import ReferralPartner


class EnteredBy(models.TextChoices):
    """Who entered an address as the client's."""

    PARTNER = "Partner", "A partner"
    CLIENT = "Client", "The client, on its pages"
    STAFF = "Staff", "Support"


@dataclass(frozen=True)
class Held:
    """An address that a client holds."""

    address: str
    client_id: uuid.UUID
    proven_at: datetime | None
    is_proven: bool  # itself, or another at its domain, where no other client has proven any
    stands: bool  # for the client: whoever gives this address means this client


# An unproven address stands for its client for a limited time only, so that nobody can keep a company out by typing its
# addresses; one that the client added itself does not stand until it is proven. Plain SQL, since `is_proven` is used
# twice, and the ORM would write it out twice.
HELD = Statement(
    Held,
    """
WITH held AS (
    SELECT address.*, address.proven_at IS NOT NULL OR (
               split_part(address.address, '@', 2) <> ALL(%(public)s::text[]) AND EXISTS (
                   SELECT FROM clients_emailaddress AS neighbour
                    WHERE neighbour.client_id = address.client_id AND neighbour.proven_at IS NOT NULL
                      AND split_part(neighbour.address, '@', 2) = split_part(address.address, '@', 2)
               ) AND NOT EXISTS (
                   SELECT FROM clients_emailaddress AS stranger
                    WHERE stranger.client_id <> address.client_id AND stranger.proven_at IS NOT NULL
                      AND split_part(stranger.address, '@', 2) = split_part(address.address, '@', 2)
               )
           ) AS is_proven
      FROM clients_emailaddress AS address WHERE address.address = ANY(%(addresses)s::text[])
)
SELECT address, client_id, proven_at, is_proven, is_proven OR (
           entered_by <> 'Client' AND entered_at > clock_timestamp() - make_interval(days => %(days)s)
       )
  FROM held
    """,
)


class EmailAddressQuerySet(models.QuerySet["EmailAddress"]):
    """Selections and changes of addresses. They take normal forms, except where the docstring says otherwise."""

    def held(self, addresses: Iterable[str]) -> list[Held]:
        """Which of these addresses are held by clients, in one statement."""
        keys = sorted(addresses)
        domains = {key.rpartition("@")[2] for key in keys}
        facts: dict[str, list[str] | int] = {
            "addresses": keys,
            "public": sorted(filter(is_public, domains)),
            "days": settings.UNPROVEN_ADDRESSES_STAND_FOR_DAYS,
        }
        return HELD.ask(facts)

    def register(self, client: Client, emails: Iterable[str], *, by: EnteredBy) -> set[str]:
        """
        Register these addresses, as typed, to the client; return the normal forms of those that another client holds.

        They are sorted, so that two calls with the same addresses do not deadlock. An address that no longer stands for
        another client is taken from it. If any is returned, the caller uses none, and `release_unused` lets go of the
        rest.
        """
        keys = sorted({normal_address(email) for email in emails})
        others = self._held_by_others(client, keys)
        self.release([held.address for held in others if not held.stands])
        self.bulk_create(
            [EmailAddress(address=key, client=client, entered_by=by) for key in keys], ignore_conflicts=True
        )
        return set(self.filter(pk__in=keys).exclude(client=client).values_list("pk", flat=True))

    def prove(self, client: Client, email: str) -> bool:
        """
        Note that the client has just read mail to this address, as typed; False if another client has proven it.

        A client that proves an address takes it from one that never did.
        """
        key = normal_address(email)
        if self.filter(pk=key, client=client).update(proven_at=ClockTimestamp()):
            return True
        others = self._held_by_others(client, [key])
        if any(held.is_proven for held in others):
            return False
        self.release([held.address for held in others])
        self.create(address=key, client=client, proven_at=ClockTimestamp())
        _restore_key(client, key)
        return True

    def release(self, addresses: Sequence[str]) -> None:
        """Take these from the clients that hold them, whose rows are locked; users and clients keep the text."""
        if not addresses:
            return
        User.objects.filter(email_key__in=addresses).update(email_key=None)
        Client.objects.filter(support_email_key__in=addresses).update(support_email_key=None)
        self.filter(pk__in=addresses).delete()

    def release_of_partner(self, addresses: Sequence[str], partner: ReferralPartner) -> dict[str, datetime]:
        """Release them; return when each was entered, of those that this very partner entered."""
        own = self.filter(pk__in=addresses, entered_by=EnteredBy.PARTNER, client__links__partner=partner)
        since = dict(own.values_list("pk", "entered_at")) if addresses else {}
        self.release(addresses)
        return since

    def entered_since(self, since: Mapping[str, datetime]) -> None:
        """Backdate these: entering the same addresses again gives no more time to keep a company out."""
        for address, at in since.items():
            self.filter(pk=address).update(entered_at=at)

    def release_unused(self, client: Client) -> None:
        """Release the client's addresses that neither a user nor the company itself uses any more."""
        users = User.objects.filter(client=client, email_key=models.OuterRef("pk"))
        company = Client.objects.filter(pk=client.pk, support_email_key=models.OuterRef("pk"))
        self.filter(~models.Exists(users), ~models.Exists(company), client=client).delete()

    def _held_by_others(self, client: Client, keys: Sequence[str]) -> list[Held]:
        """Those that other clients hold, whose rows are then locked: what is returned stays true."""
        owners = {held.client_id for held in self.held(keys)} - {client.pk}
        if not owners:
            return []
        list(Client.objects.filter(pk__in=owners).order_by("pk").lock())
        return [held for held in self.held(keys) if held.client_id != client.pk]


def _restore_key(client: Client, key: str) -> None:
    """Give the key back to a user and to the company, where they have this address and had lost its key."""
    lost = [user.pk for user in client.users.filter(email_key=None) if normal_address(user.email) == key]
    User.objects.filter(pk__in=lost[:1]).update(email_key=key)
    if client.support_email_key is None and normal_address(client.support_email) == key:
        Client.objects.filter(pk=client.pk).update(support_email_key=key)


class EmailAddress(models.Model):
    """An address of a client (a user's or the support address), in its normal form. Belongs to one client only."""

    address = models.CharField(primary_key=True, max_length=300)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="addresses")
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.CharField(max_length=10, choices=EnteredBy, db_default=EnteredBy.PARTNER)
    proven_at = models.DateTimeField(
        null=True, blank=True, help_text="When a code that was mailed to it came back last."
    )

    objects = EmailAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "e-mail address"
        verbose_name_plural = "e-mail addresses"
        indexes: ClassVar = [
            models.Index(
                Func(F("address"), Value("@"), Value(2), function="split_part"),
                condition=models.Q(proven_at__isnull=False),
                name="proven_addresses_by_domain",
            )
        ]
        constraints: ClassVar = [
            # The target of the foreign keys of users and clients, so that an address always belongs to their client.
            models.UniqueConstraint(fields=["address", "client"], name="address_with_its_client"),
            models.CheckConstraint(condition=models.Q(entered_by__in=EnteredBy.values), name="who_entered_is_known"),
            models.CheckConstraint(
                condition=models.Q(address__regex=r"^[!-?\[-~]+@[a-z0-9.-]+$"),
                name="address_is_a_mailbox_in_lower_case",
            ),
        ]

    def __str__(self) -> str:
        return f"address of {self.client_id}"
