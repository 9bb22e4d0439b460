"""Signatures under the agreement, with their evidence and documents."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q

from clients.models.agreement import Agreement
from clients.models.client import LABELS, Client
from partners.models import ReferralPartner


class SignatureQuerySet(models.QuerySet["Signature"]):
    """Selections of signatures."""

    def in_name(self, name: str | F | OuterRef) -> Self:
        """Signatures in this company name that were not invalidated; their version may be outdated."""
        return self.filter(company_name=name, invalidated_at=None)


class Signature(models.Model):
    """
    A client's signature of a version: who signed and when, how they proved who they are, and what they were shown.

    Append-only: triggers let nothing but `invalidated_*` be set, and that once (migration 0002). The user and the
    company are copied, not referenced: evidence must not change when they do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="signatures")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    link = models.ForeignKey("clients.ReferralPartnerClientLink", on_delete=models.PROTECT, related_name="signatures")
    partner = models.ForeignKey(ReferralPartner, on_delete=models.PROTECT, related_name="signatures")
    partner_name = models.CharField(max_length=200)
    company_name = models.CharField(max_length=200)
    company_details = models.JSONField(help_text="What the page showed of the company, by label.")
    agreement_sha256 = models.CharField("SHA-256 of the agreement's text", max_length=64)
    consent = models.TextField("wording of the consent")
    signer_name = models.CharField("name as typed", max_length=200)
    signer_user_id = models.BigIntegerField(help_text="The user who proved the address.")
    signer_email = models.EmailField("proven address", max_length=254)
    address_verified_how = models.CharField(max_length=200)
    address_verified_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    ip_address = models.GenericIPAddressField("IP address", null=True, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    invalidated_at = models.DateTimeField(null=True, blank=True)
    invalidated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    invalidated_why = models.TextField(blank=True, help_text="In words for the client.")

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-signed_at"]
        permissions: ClassVar = [("invalidate_signature", "Can invalidate a signature")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "agreement", "company_name"],
                condition=Q(invalidated_at=None),
                name="one_signature_per_client_version_and_name",
            ),
            models.CheckConstraint(
                condition=Q(invalidated_at=None, invalidated_by=None, invalidated_why="")
                | (Q(invalidated_at__isnull=False, invalidated_by__isnull=False) & ~Q(invalidated_why="")),
                name="signature_is_invalidated_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(address_verified_at__lte=models.F("signed_at")), name="address_is_verified_before_signing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_name}, {self.agreement}"

    def is_in_name(self, name: str) -> bool:
        """Whether `SignatureQuerySet.in_name` selects it."""
        return self.invalidated_at is None and self.company_name == name

    def details_in_order(self) -> list[tuple[str, str]]:
        """The company's details in the order in which they were shown, which PostgreSQL's JSON does not keep."""
        return sorted(self.company_details.items(), key=lambda fact: LABELS.index(fact[0]))


class SignedDocument(models.Model):
    """The PDF of a signature, made at the moment of signing. Append-only."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, primary_key=True, related_name="document")
    pdf = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    renderer = models.CharField(max_length=50)
    template_version = models.CharField(max_length=20)
    is_accessible = models.BooleanField(help_text="Tagged as PDF/UA; not so where that could not be had.")
    letters_as_numbers = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Letters of the parties that no font has: the document shows boxes with these numbers.",
    )

    def __str__(self) -> str:
        return f"document of {self.signature_id}"
