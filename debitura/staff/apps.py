"""Staff accounts, their groups, and the admin site they work in."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StaffConfig(AppConfig):
    """The app that makes the groups once their permissions exist."""

    name = "debitura.staff"
    label = "staff"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from debitura.staff.groups import make_groups

        # Permissions do not exist while migrations run; Django makes them on this signal, for each app in turn.
        post_migrate.connect(make_groups, dispatch_uid="debitura.staff.groups")
