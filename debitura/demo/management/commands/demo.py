"""`manage.py demo`: run web server and worker on this machine, with sample data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from debitura.demo.data import ADMIN, PARTNERS, PASSWORD, STAFF, make_demo_data
from processes.web import server

PATIENCE = 60

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
Clients that are there already: ledgerly-1001 and bookwise-501 have signed, ledgerly-1002 and bookwise-502 have not.
"""


class Command(BaseCommand):
    """Migrate, make the demo data, and run both processes."""

    help = "Run the product with demo data: web server, worker, mail page. Only with DEBUG."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the web server's port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C, or fail when one of the two processes ends by itself."""
        if not settings.DEBUG:
            raise CommandError("The demo has keys and passwords that everybody knows; it runs only with DEBUG on.")
        port = options["port"]
        if _is_taken(port):
            raise CommandError(f"Something listens on port {port} already; choose another: make demo PORT={port + 1}")
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.default_int_handler)
        try:
            self._run(port)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _run(self, port: int) -> None:
        base = f"http://localhost:{port}"
        self._say("Bringing the database up to date ...")
        call_command("migrate", verbosity=0)
        self._say("Making what is missing of the demo's data ...")
        make_demo_data()
        self._say("Starting the web server and the worker ...")
        with _process(server(host="127.0.0.1", port=port, workers=1), base) as web, _process(WORKER, base) as worker:
            _wait_until_ready(port, web)
            self._say(_welcome(base))
            while web.poll() is None and worker.poll() is None:
                time.sleep(0.3)
            raise CommandError("The web server or the worker has ended; its last lines above say why.")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()  # otherwise it stays in the buffer when stdout is a pipe


def _is_taken(port: int) -> bool:
    """Whether something listens on the port, on IPv4 or IPv6: browsers try both for localhost."""
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def _process(arguments: list[str], base: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process of the demo in a session of its own: Ctrl-C does not reach it, so it can finish its work."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "debitura.demo.part", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "ONBOARDING_BASE_URL": base, "DATABASE_URL": settings.DATABASE_URL},
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


WORKER = ["manage", "worker"]


def _wait_until_ready(port: int, web: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, so that the URLs printed next work; CommandError if it does not start."""
    deadline = time.monotonic() + PATIENCE
    while not _is_ready(port):
        if web.poll() is not None or time.monotonic() > deadline:
            raise CommandError("The web server did not start; its lines above say why.")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _welcome(base: str) -> str:
    key, other_key = PARTNERS
    staff = "\n".join(
        f"      {email}  ({group})"
        for email, group in [*((email, group) for email, (_, group) in STAFF.items()), (ADMIN, "everything")]
    )
    return WELCOME.format(base=base, password=PASSWORD, staff=staff, key=key, other_key=other_key)
