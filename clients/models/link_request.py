"""A partner asks to be linked to a client that we already know; the client decides."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clients.models.client import Client
from clients.models.link import ReferralPartnerClientLink
from edge.clock import ClockTimestamp
from partners.models import ReferralPartner


class RequestStatus(models.TextChoices):
    """Where a link request stands."""

    PENDING = "Pending"
    APPROVED = "Approved"
    DECLINED = "Declined"
    EXPIRED = "Expired"
    SUPERSEDED = "Superseded"


class LinkRequestQuerySet(models.QuerySet["LinkRequest"]):
    """Selections and changes of link requests."""

    def pending(self) -> Self:
        """Undecided requests, including those whose deadline is over."""
        return self.filter(status=RequestStatus.PENDING)

    def open(self) -> Self:
        """Undecided requests whose deadline is not over by the database's clock."""
        return self.pending().filter(expires_at__gt=ClockTimestamp())

    def of(self, partner: ReferralPartner, external_tenant_id: str) -> Self:
        """The partner's requests under this id, whose letter case matters."""
        return self.filter(partner=partner, external_tenant_id=external_tenant_id)

    def disowned(self) -> Self:
        """Requests declined as from a partner unknown to the client, until support lifts that (product-rules 3.9)."""
        return self.filter(is_unknown_to_client=True, lifted_at=None)

    def expire_overdue(self) -> int:
        """Expire the requests that nobody decided in time; return how many."""
        overdue = self.pending().filter(expires_at__lte=ClockTimestamp())
        return overdue.update(status=RequestStatus.EXPIRED, decided_at=ClockTimestamp())

    def supersede(self) -> int:
        """Close pending requests that another outcome has overtaken; return how many."""
        return self.pending().update(status=RequestStatus.SUPERSEDED, decided_at=ClockTimestamp())

    def overtaken(self) -> Self:
        """Superseded requests whose deadline is not over, without those that staff offered (product-rules 3.7)."""
        return self.filter(status=RequestStatus.SUPERSEDED, offered_by=None, expires_at__gt=ClockTimestamp())

    def take_up_again(self) -> int:
        """Make overtaken requests pending again, with the same deadline; return how many."""
        return self.overtaken().update(status=RequestStatus.PENDING, decided_at=None)


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old), exclude=["asked_with"], model_name="LinkRequestHistory"
)
class LinkRequest(models.Model):
    """
    A partner's request to be linked to a client. Frozen except for its outcome, which is set once.

    Only a request that was overtaken can become pending again, with the same deadline (migration 0010).

    The id is in the URL that the partner passes on, so it proves nothing: whoever decides must first prove an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(ReferralPartner, on_delete=models.PROTECT, related_name="link_requests")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="link_requests")
    external_tenant_id = models.CharField("external tenant id", max_length=255)
    asked_with = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False, help_text="A hash of the addresses sent."
    )
    status = models.CharField(max_length=20, choices=RequestStatus, default=RequestStatus.PENDING)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    # A number, not a foreign key: users can be removed, and their decisions stay.
    decided_by_user_id = models.BigIntegerField("user who decided", null=True, blank=True)
    is_unknown_to_client = models.BooleanField("client does not know the partner", default=False)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    replaces = models.ForeignKey(
        ReferralPartnerClientLink, on_delete=models.PROTECT, null=True, blank=True, related_name="moves"
    )

    objects = LinkRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "link request"
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(status="Pending"), name="pending_requests")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "external_tenant_id"],
                condition=Q(status="Pending"),
                name="one_pending_request_per_partner_and_tenant_id",
            ),
            models.UniqueConstraint(
                fields=["partner", "client"],
                condition=Q(status="Pending"),
                name="one_pending_request_per_partner_and_client",
            ),
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="request_status_is_known"),
            models.CheckConstraint(
                condition=Q(status="Pending", decided_at=None) | (~Q(status="Pending") & Q(decided_at__isnull=False)),
                name="request_is_pending_until_it_is_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_user_id=None, status__in=["Pending", "Expired", "Superseded"])
                | Q(decided_by_user_id__isnull=False, status__in=["Approved", "Declined"]),
                name="request_is_approved_or_declined_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="Approved") | Q(decided_at__lt=F("expires_at")),
                name="request_is_approved_before_its_deadline",
            ),
            models.CheckConstraint(
                condition=Q(is_unknown_to_client=False, lifted_at=None, lifted_by=None)
                | Q(is_unknown_to_client=True, status="Declined", lifted_at=None, lifted_by=None)
                | Q(is_unknown_to_client=True, status="Declined", lifted_at__isnull=False, lifted_by__isnull=False),
                name="only_a_declined_request_is_disowned_and_lifted",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | Q(offered_by__isnull=False), name="a_move_is_offered_by_staff"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="request_expires_after_it_was_made"
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
