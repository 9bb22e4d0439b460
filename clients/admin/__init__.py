"""The admin's pages of clients, agreements and signatures."""

from clients.admin import agreement_admin, client_admin, signature_admin

__all__ = ["agreement_admin", "client_admin", "signature_admin"]
