"""The link between a client and the partner that brought it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from clients.agreement_status import AgreementFacts
from clients.models.agreement import Agreement
from clients.models.client import CLIENT, Client
from clients.models.signature import Signature
from debitura.edge.rows import Columns, ask, statement
from partners.models import ReferralPartner


class LinkQuerySet(models.QuerySet["ReferralPartnerClientLink"]):
    """Selections of links."""

    def active(self) -> Self:
        """Links that are not archived."""
        return self.filter(archived_at=None)

    def of(self, partner: ReferralPartner, external_tenant_id: str) -> Self:
        """The partner's links under this id, case-sensitive."""
        return self.filter(partner=partner, external_tenant_id=external_tenant_id)

    def with_agreement_facts(self, *, at: datetime) -> Self:
        """With what the agreement's status is a function of, in the same statement: see `agreement_facts`."""
        required = Agreement.objects.required(at=at).order_by("-number").values("number")[:1]
        standing = Signature.objects.filter(client=OuterRef("client"), invalidated_at=None)
        same_name = standing.filter(company_name=OuterRef("client__name")).order_by("-agreement__number")
        return self.annotate(
            required_number=Subquery(required),
            signed_number=Subquery(same_name.values("agreement__number")[:1]),
            has_ever_signed=Exists(Signature.objects.filter(client=OuterRef("client"))),
        )


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old), model_name="ReferralPartnerClientLinkHistory")
class ReferralPartnerClientLink(models.Model):
    """
    This client came through that partner, at that fee, under that tenant id.

    Frozen but for `archived_at`, which can only be set once: a trigger refuses anything else (migration 0002).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(ReferralPartner, on_delete=models.PROTECT, related_name="links")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="links")
    external_tenant_id = models.CharField("external tenant id", max_length=255)
    is_attributed = models.BooleanField(
        "attributed", help_text="The partner made this client, and earns on all of its cases."
    )
    fee_percentage = models.DecimalField(max_digits=5, decimal_places=2)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LinkQuerySet.as_manager()

    # Filled in by with_agreement_facts.
    required_number: int | None
    signed_number: int | None
    has_ever_signed: bool

    class Meta:
        verbose_name = "link"
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "external_tenant_id"],
                condition=Q(archived_at=None),
                name="one_active_link_per_partner_and_tenant_id",
            ),
            models.UniqueConstraint(
                fields=["client"], condition=Q(archived_at=None), name="one_active_link_per_client"
            ),
            models.CheckConstraint(
                condition=Q(fee_percentage__gte=0, fee_percentage__lte=100), name="link_fee_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(archived_at=None) | Q(archived_at__gte=F("created_at")),
                name="link_archived_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} through {self.partner}"

    def agreement_facts(self) -> AgreementFacts:
        """What `with_agreement_facts` read."""
        return AgreementFacts(
            required_number=self.required_number,
            signed_number=self.signed_number,
            has_ever_signed=self.has_ever_signed,
        )


# --- What every call of the API asks ----------------------------------------------------------------

LINK = Columns(ReferralPartnerClientLink, "link")
# The same as active().of(…).select_related("client").with_agreement_facts(…).
ACTIVE_LINK = statement(
    """
    SELECT {link}, {client},
           (SELECT max(version.number) FROM clients_agreement version
             WHERE version.published_at IS NOT NULL AND version.is_material AND version.required_from <= %(at)s),
           (SELECT max(version.number)
              FROM clients_signature signature JOIN clients_agreement version ON version.id = signature.agreement_id
             WHERE signature.client_id = client.id AND signature.company_name = client.name
               AND signature.invalidated_at IS NULL),
           EXISTS (SELECT FROM clients_signature signature WHERE signature.client_id = client.id)
      FROM clients_referralpartnerclientlink link JOIN clients_client client ON client.id = link.client_id
     WHERE link.partner_id = %(partner)s AND link.external_tenant_id = %(tenant_id)s AND link.archived_at IS NULL
    """,
    link=LINK,
    client=CLIENT,
)


def find_active_link(partner_id: UUID, external_tenant_id: str, *, at: datetime) -> ReferralPartnerClientLink | None:
    """The partner's link under this id, with its client and its agreement facts, in one statement."""
    found = ask(ACTIVE_LINK, {"partner": partner_id, "tenant_id": external_tenant_id, "at": at})
    if not found:
        return None
    [values] = found
    link = LINK.take(values)
    link.client = CLIENT.take(values)
    link.required_number, link.signed_number, link.has_ever_signed = values
    return link
