"""`manage.py serve`: run the web server as in production."""

import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from processes.web import server


class Command(BaseCommand):
    """Turn this process into the web server."""

    help = "Runs the web server, with the settings that docs/operations.md explains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, the port and the number of processes."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes; one for each core")

    def handle(self, *args: Any, host: str, port: int, workers: int, **options: Any) -> None:
        """Replace this process with the server, so that signals reach it directly."""
        _refuse_a_port_in_use(host, port)
        os.execv(sys.executable, [sys.executable, "-m", *server(host=host, port=port, workers=workers)])  # noqa: S606


def _refuse_a_port_in_use(host: str, port: int) -> None:
    """Fail if the port is taken: the server would share it silently, as its own processes share one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as fault:
        raise CommandError(f"Cannot listen on {host}:{port}: {fault.strerror}. Does a server still run there?")
