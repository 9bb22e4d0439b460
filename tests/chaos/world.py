"""All of the product on one machine: a database of its own, web server and worker under a supervisor, a mail server."""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, override

import psycopg

from debitura import embedded_postgres
from tests.server import PROJECT, Server, free_port, wait_until

RESTART_SECONDS = 1.0  # as in the units of docs/operations.md
LONGEST_OUTAGE = 60.0


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server that is ours to kill, and keeps what it acknowledged."""

    data: Path

    @property
    def url(self) -> str:
        """As a DATABASE_URL."""
        return embedded_postgres.url(self.data)

    def start(self) -> None:
        """Start it; one that was killed leaves memory behind that goes after a moment."""
        until = time.monotonic() + LONGEST_OUTAGE
        while True:
            try:
                embedded_postgres.start(self.data)
            except RuntimeError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def keep_what_is_acknowledged(self) -> None:
        """The embedded server does not wait for the disk."""
        with self.connect() as server:
            server.execute("ALTER SYSTEM SET synchronous_commit = on")
            server.execute("SELECT pg_reload_conf()")

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of ours, to look."""
        directory = str(embedded_postgres._socket_directory(self.data))
        user, name = embedded_postgres.SUPERUSER, embedded_postgres.DATABASE
        return psycopg.connect(host=directory, user=user, dbname=name, autocommit=True)

    def kill_a_backend(self) -> None:
        """Kill what serves one connection; PostgreSQL then ends all of them and recovers."""
        with self.connect() as server:
            found = server.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " ORDER BY state = 'active' DESC, random() LIMIT 1"
            ).fetchone()
        if found is not None:
            _kill(found[0])

    def kill(self) -> None:
        """Kill all of it at once, and start it again."""
        with self.away():
            pass

    @contextmanager
    def away(self) -> Iterator[None]:
        """It is not there, and then again."""
        self._signal(signal.SIGKILL)
        yield
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections, and says nothing."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, kind: signal.Signals) -> None:
        """The postmaster is stopped first, or it would begin another process while we look for those there are."""
        postmaster = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGSTOP)
        for pid in [*children(postmaster), postmaster]:
            with suppress(ProcessLookupError):
                os.kill(pid, kind)


class Service:
    """A process that is begun anew whenever it ends, as systemd does with Restart=always."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        self._command = [sys.executable, *arguments]
        self._environment = {**os.environ, **environment}
        self._log = log.open("ab")
        self._is_wanted = True
        self._process = self._begin()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, cwd=PROJECT, env=self._environment, stdout=self._log, stderr=subprocess.STDOUT
        )

    def _keep(self) -> None:
        while True:
            self._process.wait()
            time.sleep(RESTART_SECONDS)
            if not self._is_wanted:
                return
            self._process = self._begin()

    @property
    def pid(self) -> int:
        """Of the process as it is now."""
        return self._process.pid

    def kill(self) -> None:
        """Kill it, and nothing that it has begun; that must end by itself."""
        begun = children(self.pid)
        _kill(self.pid)
        wait_until(lambda: not any(map(_is_alive, begun)), seconds=LONGEST_OUTAGE)

    def kill_a_child(self) -> None:
        """Kill one of the processes that it has begun."""
        if found := children(self.pid):
            _kill(found[0])

    def stop(self) -> None:
        """Let it end, for good."""
        self._is_wanted = False
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        self._keeper.join(timeout=60)
        self._log.close()


@dataclass
class Mailbox:
    """A mail server that takes its time, and notes whose mails it has taken."""

    port: int
    begun: threading.Event = field(default_factory=threading.Event)  # a mail is announced, and not yet sent
    taken: list[str] = field(default_factory=list)


class _Mail(socketserver.StreamRequestHandler):
    """One connection of the mail server: as much of SMTP as a worker speaks."""

    mailbox: Mailbox

    @override
    def handle(self) -> None:
        self._say("220 chaos")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            match line.partition(" ")[0].upper():
                case "QUIT":
                    return self._say("221 bye")
                case "RCPT":
                    recipient = line[line.index("<") + 1 : line.index(">")]
                    self._say("250 ok")
                case "DATA":
                    self._take(recipient)
                case _:
                    self._say("250 ok")
        return None

    def _take(self, recipient: str) -> None:
        self.mailbox.begun.set()
        time.sleep(0.3)
        self._say("354 go on")
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return  # the worker is gone, and the mail with it
        self.mailbox.taken.append(recipient)
        time.sleep(0.3)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        with suppress(OSError):
            self.wfile.write(f"{line}\r\n".encode())


@dataclass(frozen=True)
class World:
    """What there is, and how to reach it."""

    cluster: Cluster
    web: Service
    worker: Service
    mailbox: Mailbox
    server: Server
    key: str


@contextmanager
def world(directory: Path) -> Iterator[World]:
    """Everything running, with an empty database; files and logs in this directory."""
    cluster = Cluster(directory / "postgres")
    cluster.start()
    cluster.keep_what_is_acknowledged()
    with ExitStack() as stack:
        mailbox = stack.enter_context(_mail_server())
        environment = _environment(cluster, mailbox)
        key = _prepare(environment)
        port = free_port()
        web, worker = (
            _service(stack, [*arguments], environment, directory / f"{arguments[1]}.log")
            for arguments in (("manage.py", "serve", "--port", str(port), "--workers", "2"), ("manage.py", "worker"))
        )
        server = Server(port, directory / "serve.log", web.pid)
        wait_until(server.is_listening, seconds=LONGEST_OUTAGE)
        yield World(cluster, web, worker, mailbox, server, key)


def _service(stack: ExitStack, arguments: list[str], environment: dict[str, str], log: Path) -> Service:
    service = Service(arguments, environment, log)
    stack.callback(service.stop)
    return service


def _environment(cluster: Cluster, mailbox: Mailbox) -> dict[str, str]:
    return {
        "DEBUG": "1",  # no TLS, and static files as they are
        "LOG_JSON": "1",
        "DATABASE_URL": cluster.url,
        "CALLS_A_SECOND": "0",
        "TRUSTED_PROXIES": "127.0.0.1",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mailbox.port),
    }


def _prepare(environment: dict[str, str]) -> str:
    prepared = subprocess.run(
        [sys.executable, "-m", "tests.chaos.prepare"],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return prepared.stdout.splitlines()[-1]


@contextmanager
def _mail_server() -> Iterator[Mailbox]:
    class Handler(_Mail):
        pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Handler.mailbox = Mailbox(server.server_address[1])
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield Handler.mailbox
        finally:
            server.shutdown()
            serving.join()


def children(pid: int) -> list[int]:
    """The processes that this one has begun."""
    found = subprocess.run(["/usr/bin/env", "pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


KINDS: dict[str, Callable[[World], None]] = {
    "a web worker": lambda world: world.web.kill_a_child(),
    "granian": lambda world: world.web.kill(),
    "a database backend": lambda world: world.cluster.kill_a_backend(),
    "the whole database": lambda world: world.cluster.kill(),
}
