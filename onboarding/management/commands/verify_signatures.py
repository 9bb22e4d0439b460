"""`manage.py verify_signatures`: check that stored signatures and documents are unaltered."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onboarding.signing.verify_signatures import verify_signatures


class Command(BaseCommand):
    """Verify all stored signatures."""

    help = "Compares every signed document with its hash and every signature with its document. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """List differences by signature id and column name; CommandError if there are any."""
        found = verify_signatures()
        for difference in found.differences:
            self.stdout.write(f"{difference.signature_id}: {difference.what}")
        self.stdout.write(f"{found.signatures} signatures, {len(found.differences)} differences.")
        if found.without_record:
            self.stdout.write(
                f"{found.without_record} documents were made before documents carried a record of the evidence: "
                "they were compared with their hash alone."
            )
        if found.differences:
            raise CommandError("Not everything is as it was signed.")
