"""`manage.py reseal_secrets`: change the key that secrets in the database are encrypted with."""

from typing import Any

from django.apps import apps
from django.core.management import BaseCommand, CommandError

from edge.encryption import CannotBeUnsealed, HoldsSecrets


class Command(BaseCommand):
    """Go through every model that holds secrets."""

    help = "Encrypt every secret with the first of ENCRYPTION_KEYS; after that the others are needed no more."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say of each model how many of its rows were encrypted with another key."""
        for model in apps.get_models():
            if issubclass(model, HoldsSecrets):
                try:
                    self.stdout.write(f"{model._meta.verbose_name_plural}: {model.reseal()} encrypted anew")
                except CannotBeUnsealed as fault:
                    raise CommandError(f"None of ENCRYPTION_KEYS opens the {fault}; nothing of its kind was changed.")
