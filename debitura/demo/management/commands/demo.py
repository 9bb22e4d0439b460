"""`manage.py demo`: everything at once, on this machine, with data to try."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from debitura.demo.data import ADMIN, PARTNERS, PASSWORD, STAFF, make_demo_data

WELCOME = """
Debitura is running; Ctrl-C stops it.

  {base}/               where to begin
  {base}/docs/          the API, to read and try
  {base}/demo/mail/     what was mailed, codes among it
  {base}/admin/         sign in with the password {password}
{staff}

Bring a client on board:

  curl -i {base}/clients -H 'XApiKey: {key}' -H 'Content-Type: application/json' -d '{{
    "externalTenantId": "tenant-1",
    "client": {{"name": "Nordlys Belysning A/S", "country": "DK", "supportEmail": "office@nordlys.example"}},
    "users": [{{"name": "Jane Ann Doe", "email": "jane@nordlys.example"}}]}}'

Open the url of the answer in a browser, take the code from {base}/demo/mail/, sign, and call again: 201. Then

  curl -i {base}/clients/tenant-1 -H 'XApiKey: {key}'

The other partner's key: {other_key}
"""


class Command(BaseCommand):
    """Migrate, make demo data, serve."""

    help = "Run the product with demo data: web server, worker, mail page. Only with DEBUG."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--data-only", action="store_true", help="Migrate and make the data, serve nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C, or until one of the two processes ends by itself."""
        if not settings.DEBUG:
            raise CommandError("The demo has keys and passwords that everybody knows; it runs only with DEBUG on.")
        call_command("migrate", verbosity=0)
        make_demo_data()
        if not options["data_only"]:
            self._serve(options["port"])

    def _serve(self, port: int) -> None:
        base = f"http://localhost:{port}"
        env = {**os.environ, "ONBOARDING_BASE_URL": base, "DATABASE_URL": settings.DATABASE_URL}
        processes = [subprocess.Popen(command, env=env) for command in (_web(port), _worker())]  # noqa: S603
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.stdout.write(_welcome(base))
            while all(process.poll() is None for process in processes):
                time.sleep(0.3)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=15)


def _web(port: int) -> list[str]:
    serve = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    return [
        sys.executable,
        *serve,
        "--workers",
        "1",
        "--blocking-threads",
        "8",
        "--no-access-log",
        "debitura.wsgi:application",
    ]


def _worker() -> list[str]:
    return [sys.executable, "manage.py", "procrastinate", "worker"]


def _welcome(base: str) -> str:
    key, other_key = PARTNERS
    staff = "\n".join(
        f"      {email}  ({group})"
        for email, group in [*((email, group) for email, (_, group) in STAFF.items()), (ADMIN, "everything")]
    )
    return WELCOME.format(base=base, password=PASSWORD, staff=staff, key=key, other_key=other_key)
