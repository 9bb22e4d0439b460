"""Corrections of clients' users, some of which wait for a second colleague."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clients.models import Client, User
from staff.models import Staff


class CorrectionStatus(models.TextChoices):
    """The state of a correction."""

    WAITING = "Waiting", "Waits for a second colleague"
    DONE = "Done"
    REFUSED = "Refused"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Selections of corrections."""

    def waiting(self) -> Self:
        """Corrections that a second colleague must decide."""
        return self.filter(status=CorrectionStatus.WAITING)


class Correction(models.Model):
    """
    A new address for a client's user, or a new admin, as proposed by support.

    Name and addresses are blanked once it is refused, or done and the client's other addresses have been told.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="corrections")
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Nobody: an admin is added."
    )
    name = models.CharField(max_length=200, blank=True, help_text="Of an admin who is added.")
    email = models.EmailField(max_length=254, blank=True)
    held = models.EmailField(max_length=254, blank=True, help_text="The user's address of before.")
    why = models.TextField()
    status = models.CharField(max_length=10, choices=CorrectionStatus, default=CorrectionStatus.WAITING)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    took_two = models.BooleanField(default=False, help_text="It waited for a second colleague.")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-proposed_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=CorrectionStatus.values), name="correction_status_is_known"),
            models.CheckConstraint(
                condition=Q(status="Waiting", decided_by=None, decided_at=None)
                | (~Q(status="Waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="correction_waits_until_it_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status="Done", took_two=True) | ~Q(decided_by=models.F("proposed_by")),
                name="a_correction_that_waited_is_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"

    def decide(self, status: CorrectionStatus, *, by: Staff, at: datetime) -> None:
        """Save the decision. One that is saved for the first time by it did not wait, so took only one colleague."""
        self.status, self.decided_by, self.decided_at = status, by, at
        self.took_two = self.pk is not None
        self.save()

    def forget(self) -> None:
        """Blank the personal data, which is needed no more."""
        Correction.objects.filter(pk=self.pk).update(name="", email="", held="")
