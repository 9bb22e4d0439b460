"""Admin pages for clients, their users and links, agreements and signatures."""

from clients.admin import agreement_admin, client_admin, link_admin, signature_admin, user_admin

__all__ = ["agreement_admin", "client_admin", "link_admin", "signature_admin", "user_admin"]
