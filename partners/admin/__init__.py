"""Admin pages for partners and their API keys."""

from partners.admin import key_admin, partner_admin

__all__ = ["key_admin", "partner_admin"]
