"""`manage.py reseal_secrets`: re-encrypt the secrets in the database with a new key."""

from typing import Any

from django.apps import apps
from django.core.management import BaseCommand, CommandError

from edge.encryption import CannotBeUnsealed, HoldsSecrets


class Command(BaseCommand):
    """Re-encrypt the rows of every model that holds secrets."""

    help = "Encrypt every secret with the first of ENCRYPTION_KEYS; after that the others are needed no more."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print per model how many rows were re-encrypted; a second run finds none."""
        for model in apps.get_models():
            if issubclass(model, HoldsSecrets):
                try:
                    self.stdout.write(f"{model._meta.verbose_name_plural}: {model.reseal()} encrypted anew")
                except CannotBeUnsealed as fault:
                    raise CommandError(f"None of ENCRYPTION_KEYS opens the {fault}; nothing of its kind was changed.")
