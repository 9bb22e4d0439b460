"""Staff accounts, their groups, and the admin site they work in."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

# Where apps keep their pages.
PAGES = ["admin", "signature_admin", "client_admin", "conflict_admin", "coverage_admin"]


class StaffConfig(AppConfig):
    """The app that finds all pages of the admin, and makes the groups once their permissions exist."""

    name = "debitura.staff"
    label = "staff"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from debitura.staff.groups import make_groups
        from debitura.staff.site import site

        # Every app's pages for the admin; they register with our site, for Django's own is not in the URLs.
        autodiscover_modules(*PAGES, register_to=site)
        # Permissions do not exist while migrations run; Django makes them on this signal, for each app in turn.
        post_migrate.connect(make_groups, dispatch_uid="debitura.staff.groups")
