"""Conflicts for support to decide: a partner asked for a client of another partner, or matched several clients."""

from __future__ import annotations

from typing import ClassVar, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clients.models.client import Client
from clients.models.link import ReferralPartnerClientLink
from clients.models.link_request import LinkRequest
from partners.models import ReferralPartner


class ConflictKind(models.TextChoices):
    """Why the partner did not get what it asked for."""

    ELSEWHERE = "Elsewhere", "Linked to another partner"
    AMBIGUOUS = "Ambiguous", "Matches several clients"


class ConflictStatus(models.TextChoices):
    """Where a conflict stands."""

    OPEN = "Open"
    KEPT = "Kept", "Kept with its partner"
    MOVE_OFFERED = "MoveOffered", "Move offered"
    CLIENT_CHOSEN = "ClientChosen", "Client chosen"
    REFUSED = "Refused"


class LinkConflictQuerySet(models.QuerySet["LinkConflict"]):
    """Selections of conflicts."""

    def open(self) -> Self:
        """Conflicts that nobody has decided."""
        return self.filter(status=ConflictStatus.OPEN)

    def standing(self) -> Self:
        """Conflicts that a repeated call adds to: those undecided, and those decided against the partner."""
        return self.filter(status__in=[ConflictStatus.OPEN, ConflictStatus.KEPT, ConflictStatus.REFUSED])


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old),
    # A repeated call is counted and leaves no event; which clients matched never changes.
    exclude=["times_asked", "last_asked_at", "matched_key"],
    model_name="LinkConflictHistory",
)
class LinkConflict(models.Model):
    """
    A conflict, and how often the partner asked. The decision, who took it and the reason stay until support reopens it.

    *Elsewhere* is about one client and its link; *ambiguous* about the clients in LinkConflictMatch. The addresses that
    matched are in LinkConflictAddress.
    """

    kind = models.CharField(max_length=20, choices=ConflictKind)
    partner = models.ForeignKey(
        ReferralPartner, on_delete=models.PROTECT, related_name="conflicts", verbose_name="asking partner"
    )
    external_tenant_id = models.CharField("external tenant id", max_length=255)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts")
    existing_link = models.ForeignKey(
        ReferralPartnerClientLink, on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts"
    )
    status = models.CharField(max_length=20, choices=ConflictStatus, default=ConflictStatus.OPEN)
    times_asked = models.PositiveIntegerField("times asked", default=1)
    first_asked_at = models.DateTimeField(db_default=Now())
    last_asked_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    matched_key = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Of an ambiguous one: which clients match, as one value.",
    )
    request = models.ForeignKey(LinkRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts")

    objects = LinkConflictQuerySet.as_manager()

    class Meta:
        verbose_name = "conflict"
        ordering: ClassVar = ["first_asked_at", "pk"]
        permissions: ClassVar = [("resolve_conflict", "Can decide conflicts and lift refusals")]
        indexes: ClassVar = [models.Index(fields=["status", "first_asked_at"], name="conflict_queue")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "client"],
                condition=Q(kind="Elsewhere", status__in=["Open", "Kept"]),
                name="one_standing_conflict_per_partner_and_client",
            ),
            models.UniqueConstraint(
                fields=["partner", "matched_key"],
                condition=Q(kind="Ambiguous", status__in=["Open", "Refused"]) & ~Q(matched_key=""),
                name="one_standing_ambiguity_per_partner_and_clients",
            ),
            models.CheckConstraint(
                condition=Q(kind="Elsewhere", client__isnull=False, existing_link__isnull=False)
                | Q(kind="Ambiguous", client=None, existing_link=None),
                name="conflict_is_about_a_linked_client_or_several",
            ),
            models.CheckConstraint(
                condition=Q(kind="Elsewhere", status__in=["Open", "Kept", "MoveOffered"])
                | Q(kind="Ambiguous", status__in=["Open", "ClientChosen", "Refused"]),
                name="conflict_status_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(status="Open", decided_at=None, decided_by=None, reason="", request=None)
                | (~Q(status="Open") & Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
                name="conflict_is_decided_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["MoveOffered", "ClientChosen"], request__isnull=False)
                | (~Q(status__in=["MoveOffered", "ClientChosen"]) & Q(request=None)),
                name="an_offer_is_a_request",
            ),
        ]

    def __str__(self) -> str:
        return f"conflict {self.pk}"


class LinkConflictMatch(models.Model):
    """One of the clients that the partner's addresses match."""

    conflict = models.ForeignKey(LinkConflict, on_delete=models.PROTECT, related_name="matches")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "matched client"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conflict", "client"], name="a_client_matches_a_conflict_once"),
        ]

    def __str__(self) -> str:
        return f"match {self.pk}"


class LinkConflictAddress(models.Model):
    """An address by which a partner matched a client, in its normal form; kept even once the client has lost it."""

    conflict = models.ForeignKey(LinkConflict, on_delete=models.PROTECT, related_name="addresses")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300)

    class Meta:
        verbose_name = "matched address"
        verbose_name_plural = "matched addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conflict", "client", "address"], name="an_address_matches_a_conflict_once_for_a_client"
            ),
        ]

    def __str__(self) -> str:
        return f"matched address {self.pk}"
