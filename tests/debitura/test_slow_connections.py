"""Two hundred connections that say nothing, or too little, and everybody else is served as ever."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clients.models import Agreement
from tests.make import make_first_agreement, make_key, make_partner, registration_body
from tests.server import PROJECT, Server, free_port, running, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CONNECTIONS = 200
JSON = {"Content-Type": "application/json"}
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
# The token of a form is looked for in the body, so these bodies are waited for.
COOKIE = b"Cookie: csrftoken=" + b"a" * 32 + b"\r\n"
LONG = b"Host: localhost\r\nContent-Length: 50000\r\n"
LINK = b"3f0d8a52-6c1e-4b7f-9a35-5d2c7e9b1f04"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SAID = {
    "nothing": b"",
    "half a head": b"POST /clients HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "a request, and then nothing": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a body without a key": b"POST /clients HTTP/1.1\r\nContent-Type: application/json\r\n" + LONG + b"\r\n{",
    "a form for a client": b"POST /companydetails/" + LINK + b" HTTP/1.1\r\n" + LONG + FORM + COOKIE + b"\r\na",
    "a form for the staff": b"POST /admin/login/ HTTP/1.1\r\n" + LONG + FORM + COOKIE + b"\r\na",
}


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server") / "log") as server:
        yield server


@pytest.fixture
def key(transactional_db: None) -> dict[str, str]:
    """A partner's key, as headers of JSON."""
    if Agreement.objects.current() is None:
        make_first_agreement()
    return {"XApiKey": make_key(make_partner()), **JSON}


@contextmanager
def dripping(server: Server, said: bytes, *, connections: int = CONNECTIONS) -> Iterator[list[socket.socket]]:
    """So many connections that have said this, and say another letter every now and then."""
    enough = threading.Event()

    def drip() -> None:
        while not enough.wait(0.2):
            for talk in talks if said else []:
                _say(talk, b"a")

    with ExitStack() as stack:
        talks = [stack.enter_context(_connect(server, said)) for _ in range(connections)]
        dripper = threading.Thread(target=drip)
        dripper.start()
        stack.callback(dripper.join)
        stack.callback(enough.set)
        time.sleep(0.5)
        yield talks


def _connect(server: Server, said: bytes) -> socket.socket:
    talk = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    talk.sendall(said)
    return talk


def _say(talk: socket.socket, letter: bytes) -> None:
    try:
        talk.sendall(letter)
    except OSError:  # the server has had enough of it
        return


def assert_answers_at_once(server: Server, key: dict[str, str]) -> None:
    answers = [
        server.ask("GET", "/healthz"),
        server.ask("POST", "/clients", json.dumps(registration_body()), key),
        server.ask("GET", "/clients/tenant-1", headers=key),
    ]
    assert [answer.status for answer in answers] == [200, 202, 200]
    assert max(answer.seconds for answer in answers) < 1


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_connections_that_are_slow_keep_nobody_else_waiting(server: Server, key: dict[str, str], said: bytes) -> None:
    with dripping(server, said):
        assert_answers_at_once(server, key)


def test_another_partners_slow_bodies_keep_nobody_else_waiting(server: Server, key: dict[str, str]) -> None:
    other = make_key(make_partner(name="Slow ApS"))
    said = b"POST /clients HTTP/1.1\r\nContent-Type: application/json\r\nXApiKey: " + other.encode() + b"\r\n" + LONG

    with dripping(server, said + b"\r\n{"):
        assert_answers_at_once(server, key)


def test_all_of_them_together_keep_nobody_else_waiting(server: Server, key: dict[str, str]) -> None:
    with ExitStack() as stack:
        for said in SAID.values():
            stack.enter_context(dripping(server, said, connections=80))

        assert_answers_at_once(server, key)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_the_proxy_of_the_documentation_takes_all_of_them_off_the_servers_hands(
    server: Server, key: dict[str, str], tmp_path: Path
) -> None:
    """Whoever calls has another address than they do."""
    with nginx(tmp_path, server) as proxy, ExitStack() as stack:
        for said in SAID.values():
            stack.enter_context(dripping(proxy, said, connections=80))
        reached = len(server_connections(server))

        assert_answers_at_once(replace(proxy, source="127.0.0.2"), key)

    assert reached <= 32  # those that nginx keeps


@contextmanager
def nginx(directory: Path, server: Server) -> Iterator[Server]:
    """The proxy as docs/operations.md has it, but for TLS."""
    [block] = re.findall(r"```nginx\n(.*?)```", (PROJECT / "docs/operations.md").read_text(), re.DOTALL)
    port = free_port()
    block = re.sub(r"ssl_certificate.*\n", "", block).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    block = block.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    temporary = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in TEMPORARY)
    settings = f"daemon off; pid {directory}/pid; error_log {directory}/log; events {{ worker_connections 2048; }}\n"
    (directory / "nginx.conf").write_text(f"{settings} http {{\n{temporary}{block}}}")
    process = subprocess.Popen(["/usr/bin/env", "nginx", "-c", str(directory / "nginx.conf")])
    try:
        proxy = replace(server, port=port)
        wait_until(proxy.is_listening)
        yield proxy
    finally:
        process.terminate()
        process.wait(timeout=15)


def server_connections(server: Server) -> list[str]:
    """The connections that the server has, by the kernel's table."""
    ending = f":{server.port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return [line for line in lines if line.split()[1].endswith(ending) and line.split()[3] == "01"]


@pytest.mark.parametrize("kind", ["nothing", "half a head", "a request, and then nothing"])
def test_a_connection_without_a_request_is_closed_after_fifteen_seconds(server: Server, kind: str) -> None:
    began = time.monotonic()
    with dripping(server, SAID[kind], connections=1) as [talk]:
        wait_until(lambda: _is_closed(talk))

    assert 14 < time.monotonic() - began < 18


def _is_closed(talk: socket.socket) -> bool:
    try:
        return talk.recv(65536) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
