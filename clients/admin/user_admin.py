"""Admin pages for clients' users."""

from __future__ import annotations

from django.contrib import admin

from clients.admin.admin_search import FoundByClient
from clients.models import User
from staff.site import site


@admin.register(User, site=site)
class UserAdmin(FoundByClient):
    """Clients' users; they are corrected on the client's page."""

    list_display = ["name", "email", "role", "client"]
    list_select_related = ["client"]
    list_filter = ["role"]
    search_fields = ["email"]  # get_search_results has the rest
    search_help_text = "Name or e-mail address of the person; name, number or e-mail address of the client."
    known_at = ("pk", "clients_user")
    fields = ["client", "name", "email", "role"]
