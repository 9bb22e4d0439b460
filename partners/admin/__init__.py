"""The admin's pages of partners and their keys."""

from partners.admin import key_admin, partner_admin

__all__ = ["key_admin", "partner_admin"]
