"""Staff accounts, their groups, and the admin site they work in."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from edge.postgresql.functions import close_functions


class StaffConfig(AppConfig):
    """The app that finds all pages of the admin, and makes the groups once their permissions exist."""

    name = "staff"
    label = "staff"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from staff.groups import make_groups
        from staff.site import site

        # Every app's pages for the admin; they register with our site, for Django's own is not in the URLs.
        autodiscover_modules("admin", register_to=site)
        # Permissions do not exist while migrations run; Django makes them on this signal, for each app in turn.
        post_migrate.connect(make_groups, dispatch_uid="staff.groups")
        # Beside what each migration does: whatever made a function anew since, a migrate closes it.
        post_migrate.connect(close_functions_again, dispatch_uid="edge.postgresql")


def close_functions_again(*, using: str, **signal: Any) -> None:
    """Close what is open, for each app in turn, so that none of them has the last word."""
    close_functions(connections[using])
