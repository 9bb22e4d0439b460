"""The link between a client and the partner that brought it."""

from __future__ import annotations

import uuid
from typing import ClassVar, NamedTuple, Self
from uuid import UUID

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clients.agreement_status import AgreementFacts
from clients.models.agreement_facts import FACTS, SIGNED, SignedRow, facts_in
from clients.models.client import CLIENT, Client
from edge.rows import Columns, Statement
from partners.models import ReferralPartner


class LinkQuerySet(models.QuerySet["ReferralPartnerClientLink"]):
    """Selections of links."""

    def active(self) -> Self:
        """Links that are not archived."""
        return self.filter(archived_at=None)

    def of(self, partner: ReferralPartner, external_tenant_id: str) -> Self:
        """The partner's links under this id, whose letter case matters."""
        return self.filter(partner=partner, external_tenant_id=external_tenant_id)


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old), model_name="ReferralPartnerClientLinkHistory")
class ReferralPartnerClientLink(models.Model):
    """
    This client came through that partner, at that fee, under that tenant id.

    Frozen except for `archived_at`, which can be set once: a trigger refuses anything else (migration 0002).
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


LINK = Columns(ReferralPartnerClientLink, "link")


class ActiveLinkRow(NamedTuple):
    """A link with its client, and one of the client's signatures."""

    link: ReferralPartnerClientLink
    client: Client
    facts: SignedRow


# The same as active().of(…).select_related("client"), with the client's agreement facts. Every call about a client asks
# for it, so it is one statement, which the ORM cannot express.
ACTIVE_LINK = Statement(
    ActiveLinkRow,
    """
    SELECT {link}, {client}, {facts}
      FROM clients_referralpartnerclientlink link JOIN clients_client client ON client.id = link.client_id {signed}
     WHERE link.partner_id = %(partner)s AND link.external_tenant_id = %(tenant_id)s AND link.archived_at IS NULL
    """,
    link=LINK,
    client=CLIENT,
    facts=FACTS,
    signed=SIGNED,
)


def find_active_link(
    partner_id: UUID, external_tenant_id: str
) -> tuple[ReferralPartnerClientLink, AgreementFacts] | None:
    """The partner's active link under this id, with its client, and the agreement facts; None if there is none."""
    rows = ACTIVE_LINK.ask({"partner": partner_id, "tenant_id": external_tenant_id})
    if not rows:
        return None
    link = rows[0].link  # each signature is a row; link and client are the same in all
    link.client = rows[0].client
    return link, facts_in([row.facts for row in rows])
