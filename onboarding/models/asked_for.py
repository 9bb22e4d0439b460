"""Record which known companies partners were told of, to limit how many."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from clients.models import Client
from edge.clock import ClockTimestamp
from partners.models import ReferralPartner

ONE_DAY = timedelta(days=1)


class AskedForQuerySet(models.QuerySet["AskedFor"]):
    """Selections of known companies that partners asked for."""

    def of_the_last_day(self, partner: ReferralPartner) -> Self:
        """What this partner asked for in the last 24 hours."""
        return self.filter(partner=partner, asked_at__gt=ClockTimestamp() - ONE_DAY)


class AskedFor(models.Model):
    """
    A known company that a partner was told of, kept for a day to limit how many a partner can find out about.

    `what` is a keyed hash, usually of the client's id. It is of addresses where they could have been tried beside those
    of the partner's own client in a call, or were typed on a client's pages.
    """

    partner = models.ForeignKey(ReferralPartner, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(
        Client,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="On whose pages, if on any.",
    )
    what = models.CharField(max_length=64, db_column="address_hash")
    asked_at = models.DateTimeField(db_default=Now(), db_column="matched_at")

    objects = AskedForQuerySet.as_manager()

    class Meta:
        db_table = "onboarding_matchedaddress"  # its name from when addresses were counted
        verbose_name = "company asked for"
        verbose_name_plural = "companies asked for"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "what"], name="one_match_per_partner_and_address"),
        ]
        indexes: ClassVar = [models.Index(fields=["partner", "asked_at"], name="match_by_partner")]

    def __str__(self) -> str:
        return f"asked for {self.pk}"


class AskingLimitReached(models.Model):
    """A partner was told of so many companies in a day that support is notified, or that it is told of no more."""

    partner = models.ForeignKey(ReferralPartner, on_delete=models.PROTECT, related_name="asking_limits_reached")
    day = models.DateField(help_text="In UTC.")
    companies = models.PositiveIntegerField("companies told of", default=0, db_default=0, help_text="In 24 hours.")
    refused = models.PositiveIntegerField("calls refused", default=0)
    first_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "asking limit reached"
        verbose_name_plural = "asking limits reached"
        ordering: ClassVar = ["-first_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "day"], name="one_limit_reached_per_partner_and_day"),
        ]

    def __str__(self) -> str:
        return f"limit {self.pk}"
