"""Forms that a visitor could not save."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from clients.models import ReferralPartnerClientLink


class KeptForm(models.Model):
    """
    A form posted after the proof expired, shown again once the visitor has a new one.

    Kept only for browsers that once had a proof for this link, so strangers cannot write here.
    """

    link = models.ForeignKey(ReferralPartnerClientLink, on_delete=models.PROTECT, related_name="kept_forms")
    browser = models.CharField(max_length=64)
    step = models.CharField(max_length=20)
    typed = models.TextField(help_text="The form's fields as the browser sent them, URL-encoded.")
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "browser", "step"], name="one_kept_form_per_browser_and_step"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.link_id}"
