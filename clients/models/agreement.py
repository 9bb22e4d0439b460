"""The Standard Debt Collection Agreement, in versions."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Selections of versions."""

    def published(self) -> Self:
        """Published versions, which are frozen; no drafts."""
        return self.filter(published_at__isnull=False)

    def required(self, *, at: datetime) -> Self:
        """Material versions that clients must have signed by this moment."""
        return self.published().filter(is_material=True, required_from__lte=at)

    def current(self) -> Agreement | None:
        """The version that clients sign now: the newest published one; None before the first."""
        return self.published().order_by("-number").first()


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old), model_name="AgreementHistory")
class Agreement(models.Model):
    """
    A version of the agreement. A draft until it is published; from then on a trigger freezes it.

    Another trigger sets `text_sha256` whenever the text is written (migration 0002): read it from the database.
    """

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="Markdown: headings, paragraphs, lists, tables.")
    text_sha256 = models.CharField("SHA-256 of the text", max_length=64, editable=False, default="")
    summary_of_changes = models.TextField(blank=True, help_text="What is different, for those who signed before.")
    is_material = models.BooleanField(
        "material", default=True, help_text="Whether clients who signed an earlier version must sign this one."
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    required_from = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-number"]
        permissions: ClassVar = [
            ("publish_agreement", "Can publish an agreement"),
            ("view_draft_agreement", "Can see drafts of agreements"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gte=1), name="agreement_numbers_begin_at_1"),
            models.CheckConstraint(
                condition=Q(published_at=None, required_from=None) | Q(required_from__gte=F("published_at")),
                name="agreement_is_required_from_its_publication_at_the_earliest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"
