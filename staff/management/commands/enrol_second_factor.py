"""`manage.py enrol_second_factor`: for the first superuser, whom no other superuser can enrol."""

import io
from argparse import ArgumentParser
from typing import Any

import segno
from django.core.management import BaseCommand, CommandError

from staff.models import Staff
from staff.second_factor import enrol


class Command(BaseCommand):
    """Enrol a second factor and print its QR code."""

    help = "Give an account of the staff a new second factor and show its QR code, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account's e-mail address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace any second factor that the account has."""
        try:
            staff = Staff.objects.get_by_natural_key(options["email"])
        except Staff.DoesNotExist:
            raise CommandError("There is no account with this address.")
        device = enrol(staff=staff, by=staff, why="By command on the server")
        qr_code = io.StringIO()
        segno.make(device.config_url).terminal(qr_code, compact=True)
        self.stdout.write(qr_code.getvalue())
        self.stdout.write(f"Scan this with an authenticator app, or type in: {device.config_url}")
