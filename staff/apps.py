"""Staff accounts, their groups, and the admin site."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from edge.postgresql.functions import close_functions


class StaffConfig(AppConfig):
    """Discovers every app's admin pages, and makes the groups once their permissions exist."""

    name = "staff"
    label = "staff"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from staff.groups import make_groups
        from staff.site import site

        # Every app's admin pages. They register with our site, since Django's own is not in the URLs.
        autodiscover_modules("admin", register_to=site)
        # Permissions do not exist while migrations run: Django makes them on this signal, one app at a time.
        post_migrate.connect(make_groups, dispatch_uid="staff.groups")
        # Migrations close the functions they make; this also closes any that was recreated since.
        post_migrate.connect(close_functions_again, dispatch_uid="edge.postgresql")


def close_functions_again(*, using: str, **signal: Any) -> None:
    """Close open database functions; runs after each app, so that no app can leave one open."""
    close_functions(connections[using])
