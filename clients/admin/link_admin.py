"""Admin pages for links."""

from __future__ import annotations

from django.contrib import admin

from clients.admin.admin_search import FoundByClient
from clients.models import ReferralPartnerClientLink
from staff.pages import Whether
from staff.site import site


@admin.register(ReferralPartnerClientLink, site=site)
class LinkAdmin(FoundByClient):
    """Links, which cannot be changed once made."""

    list_display = ["client", "partner", "external_tenant_id", "fee", "is_attributed", "created_at", "archived_at"]
    list_select_related = ["client", "partner"]
    list_filter = ["partner", "is_attributed", ("archived_at", Whether), "created_at"]
    search_fields = ["external_tenant_id", "client__name", "partner__name", "=id", "=client__id"]
    search_help_text = "Tenant id, names of client and partner, id of the link or of the client."
    fields = [
        "id",
        "client",
        "partner",
        "external_tenant_id",
        "fee",
        "is_attributed",
        "created_at",
        "archived_at",
    ]

    @admin.display(ordering="fee_percentage", description="fee")
    def fee(self, link: ReferralPartnerClientLink) -> str:
        """The fee that was frozen when the link was made."""
        return f"{link.fee_percentage} %"
