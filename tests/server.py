"""The production server before the test's database: what only a real process shows."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from processes.web import server as server_module

PROJECT = Path(__file__).parents[1]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "debitura.settings", "DEBUG": "1", "LOG_JSON": "1"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Server:
    """A server of our own, and how to talk to it."""

    port: int
    log: Path
    pid: int
    source: str = "127.0.0.1"

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request with http.client; bytes with their length, an iterator in chunks."""
        began = time.monotonic()
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=15, source_address=(self.source, 0))) as talk:
            talk.request(method, path, body, headers or {})
            response = talk.getresponse()
            return Answer(response.status, response.headers, response.read(), time.monotonic() - began)

    def say(self, said: bytes) -> bytes:
        """Send bytes as they are, say no more, and return what comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as talk:
            talk.sendall(said)
            talk.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: talk.recv(65536), b""))

    def is_listening(self) -> bool:
        """Whether it answers."""
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False


@contextmanager
def running(log: Path, **environment: str) -> Iterator[Server]:
    """Run the web server as production does, on a free port and the test's database."""
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *server_module(host="127.0.0.1", port=port, workers=1)],
            cwd=PROJECT,
            env={**os.environ, **SETTINGS, "DATABASE_URL": database_url(), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            server = Server(port, log, process.pid)
            wait_until(server.is_listening)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def database_url() -> str:
    """Where the test's database is."""
    return f"{settings.DATABASE_URL.rpartition('/')[0]}/{connection.settings_dict['NAME']}"


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Return when it has come to be."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.05)
