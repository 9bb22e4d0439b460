"""Claims from a call that a client must approve first (product-rules 3.10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db import models
from pydantic import TypeAdapter

from cases.claim import Claim
from clients.models import LinkRequest, ReferralPartnerClientLink

CLAIMS = TypeAdapter(list[Claim])


class KeptClaimsQuerySet(models.QuerySet["KeptClaims"]):
    """Selections of kept claims."""

    def keep(self, link_request: LinkRequest, claims: Sequence[Claim]) -> None:
        """Keep these with the link request; if it has some already, nothing changes, as with any repeat."""
        kept = KeptClaims(request=link_request, claims=CLAIMS.dump_python([*claims], mode="json"))
        self.bulk_create([kept], ignore_conflicts=True)


class KeptClaims(models.Model):
    """
    The claims of a link request. Once the client approves it, they get the link under which they became cases.

    When the request is declined, expires or is superseded, a trigger deletes them, whatever code does that (migration
    0003).
    """

    request = models.OneToOneField(LinkRequest, on_delete=models.PROTECT, primary_key=True, related_name="kept_claims")
    claims = models.JSONField()
    link = models.OneToOneField(
        ReferralPartnerClientLink,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="kept_claims",
        help_text="Under which they became cases, or failed.",
    )

    objects = KeptClaimsQuerySet.as_manager()

    class Meta:
        verbose_name = "kept claims"
        verbose_name_plural = "kept claims"
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"claims of {self.request_id}"

    def as_claims(self) -> list[Claim]:
        """The claims as they were read from the call."""
        return CLAIMS.validate_python(self.claims)
