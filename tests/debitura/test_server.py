"""The production server before the test database: what only a real process shows."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from clients.models import Agreement
from edge.chunked import MAX_BODY
from onboarding.registering.locks import advisory_key
from partners.models import ApiKey, key_hash
from tests.make import make_client, make_first_agreement, make_key, make_partner, registration_body
from tests.race import second_connection, wait_until_blocked
from tests.server import Answer, Server, free_port, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

BODY = json.dumps(registration_body()).encode()
JSON = {"Content-Type": "application/json"}


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


def told(answer: Answer) -> tuple[int, str]:
    """The status, and the name of the error in the body that all errors have."""
    body = json.loads(answer.body)
    assert body["businessErrors"][0]["type"] == body["error"]
    assert answer.headers["X-Request-Id"]
    return answer.status, body["error"]


def in_chunks(body: bytes, size: int = 50) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def test_a_body_in_chunks_is_read_like_any_other(server: Server, key: dict[str, str]) -> None:
    created = server.ask("POST", "/clients", in_chunks(BODY), key)
    replayed = server.ask("POST", "/clients", BODY, key)

    assert (created.status, replayed.status, replayed.headers["Idempotent-Replayed"]) == (202, 202, "true")
    assert created.body == replayed.body


def test_limits_and_faults_of_a_body_in_chunks_are_those_of_any_other(server: Server, key: dict[str, str]) -> None:
    exactly = BODY + b" " * (MAX_BODY - len(BODY))

    assert server.ask("POST", "/clients", in_chunks(exactly, 50_000), key).status == 202
    assert told(server.ask("POST", "/clients", in_chunks(exactly + b" ", 50_000), key)) == (413, "PayloadTooLarge")
    assert told(server.ask("POST", "/clients", in_chunks(exactly * 5, 50_000), key)) == (413, "PayloadTooLarge")
    assert told(server.ask("POST", "/clients", in_chunks(b"{]"), key)) == (400, "ValidationError")
    assert told(server.ask("POST", "/clients", in_chunks(BODY), key | {"Content-Type": "text/plain"})) == (
        415,
        "UnsupportedMediaType",
    )


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("a" * 10_001, 415),
        ("a; charset=\xff", 415),
        ("application/json;" + "a" * 10_001, 202),
        ("application/json; charset*=%zz''x", 202),
        ("application/json; charset*=unheard-of''x", 202),
        ("application/json; charset*=utf-8''%00", 202),
        ("application/json; charset=zlib", 202),
        ("application/json; charset=unheard-of", 202),
    ],
)
def test_no_content_type_is_a_crash(server: Server, key: dict[str, str], content_type: str, status: int) -> None:
    answer = server.ask("POST", "/clients", BODY, key | {"Content-Type": content_type})

    assert answer.status == status
    assert answer.headers["X-Request-Id"]
    assert "Application callable raised" not in server.log.read_text()


@pytest.mark.parametrize("size", [MAX_BODY + 1, 5 * MAX_BODY])
def test_a_body_over_the_limit_is_a_413(server: Server, key: dict[str, str], size: int) -> None:
    assert told(server.ask("POST", "/clients", b" " * size, key)) == (413, "PayloadTooLarge")


def test_without_a_key_a_huge_body_is_a_401_before_it_is_sent(server: Server, key: dict[str, str]) -> None:
    """The answer comes although none of the ten megabytes that were announced do."""
    talk = HTTPConnection("127.0.0.1", server.port, timeout=5)
    talk.putrequest("POST", "/clients")
    talk.putheader("Content-Length", "10000000")
    talk.endheaders()

    answer = talk.getresponse()

    assert (answer.status, json.load(answer)["error"]) == (401, "Unauthorized")
    talk.close()


def test_a_body_that_breaks_off_creates_nothing_and_harms_nobody(server: Server, key: dict[str, str]) -> None:
    head = _head(key)

    server.say(head + b"Content-Length: 5000\r\n\r\n" + BODY[:-20])
    server.say(head + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + BODY[:20])

    assert server.ask("GET", "/clients/tenant-1", headers=key).status == 404
    assert "request_crashed" not in server.log.read_text()


def test_what_is_no_http_is_refused_by_the_server_itself(server: Server, key: dict[str, str]) -> None:
    assert server.say(b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert server.say(_head(key) + b"Content-Length: x\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert server.say(_head(key) + b"X: y\r\n" * 200 + b"\r\n").startswith(b"HTTP/1.1 431 ")
    assert server.ask("GET", "/healthz").status == 200


def _head(key: dict[str, str]) -> bytes:
    lines = ["POST /clients HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in key.items())]
    return "".join(f"{line}\r\n" for line in lines).encode()


@pytest.mark.parametrize("tenant_id", [" a %2F?#;+ø😀", "..."])
def test_a_tenant_id_arrives_as_it_was_encoded(server: Server, key: dict[str, str], tenant_id: str) -> None:
    server.ask("POST", "/clients", json.dumps(registration_body(tenant_id)), key)

    answer = server.ask("GET", "/clients/" + quote(tenant_id, safe=""), headers=key)

    assert (answer.status, json.loads(answer.body)["externalTenantId"]) == (200, tenant_id)


@pytest.mark.parametrize("path", ["/clients/a%2Fb", "/clients/%00", "//clients"])
def test_an_address_where_nothing_is_is_a_404(server: Server, key: dict[str, str], path: str) -> None:
    assert told(server.ask("GET", path, headers=key)) == (404, "NotFound")


def test_methods_are_told_apart(server: Server, key: dict[str, str]) -> None:
    server.ask("POST", "/clients", BODY, key)
    read, head = (server.ask(method, "/clients/tenant-1", headers=key) for method in ("GET", "HEAD"))
    wrong = server.ask("OPTIONS", "/clients", headers=key)

    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", read.headers["Content-Length"])
    assert (told(wrong), wrong.headers["Allow"]) == ((405, "MethodNotAllowed"), "GET, POST, HEAD")


def test_a_connection_serves_one_call_after_another(server: Server, key: dict[str, str]) -> None:
    talk = HTTPConnection("127.0.0.1", server.port, timeout=15)
    statuses = []
    for body in (BODY, b"{]", BODY):
        talk.request("POST", "/clients", body, key)
        answer = talk.getresponse()
        answer.read()
        statuses.append(answer.status)
    talk.close()

    assert statuses == [202, 400, 202]


def test_a_client_that_is_being_decided_about_is_waited_for_two_seconds_and_then_a_503(
    server: Server, key: dict[str, str]
) -> None:
    client = make_client(admin="jane@acme.test")
    with second_connection() as other:
        other.execute("SELECT FROM clients_client WHERE id = %s FOR UPDATE", [client.pk])
        refused = server.ask("POST", "/clients", BODY, key)

    assert (told(refused), refused.headers["Retry-After"]) == ((503, "ServiceUnavailable"), "2")
    assert 1.9 < refused.seconds < 4
    assert server.ask("POST", "/clients", BODY, key).status == 409


@pytest.mark.slow
def test_a_name_that_many_calls_are_about_is_waited_for_longer_than_other_statements_may_take(
    server: Server, key: dict[str, str]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with second_connection() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key("email:jane@acme.test")])
            created = pool.submit(server.ask, "POST", "/clients", BODY, key)
            wait_until_blocked()
            other.execute("SELECT pg_sleep(5.2)")
        answer = created.result(timeout=15)

    assert (answer.status, answer.seconds > 5) == (202, True)


def test_after_its_connections_broke_it_is_soon_back_and_until_then_a_503(server: Server, key: dict[str, str]) -> None:
    server.ask("POST", "/clients", BODY, key)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        broken = len(cursor.fetchall())

    statuses = [server.ask("GET", "/clients/tenant-1", headers=key).status for _ in range(broken + 1)]

    assert broken > 0
    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200


@pytest.mark.slow
def test_fifty_calls_at_once_that_name_one_new_address_are_all_answered(server: Server, key: dict[str, str]) -> None:
    """One makes the client; the others are told under which id they have it."""

    def call(number: int) -> Answer:
        users = [{"name": "Jane Ann Doe", "email": f"jane{number}@acme.test"}]
        return server.ask("POST", "/clients", json.dumps(registration_body(f"tenant-{number}", users=users)), key)

    with ThreadPoolExecutor(50) as pool:
        statuses = sorted(answer.status for answer in pool.map(call, range(50)))

    assert statuses == [202, *[409] * 49]


@pytest.mark.slow
def test_a_call_that_finds_no_free_connection_is_a_503_after_a_while(key: dict[str, str], tmp_path: Path) -> None:
    """One connection for all; whoever has it waits for a lock."""
    with running(tmp_path / "log", DATABASE_POOL_MAX="1") as server, ThreadPoolExecutor(1) as pool:
        with second_connection() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [advisory_key("email:jane@acme.test")])
            first = pool.submit(server.ask, "POST", "/clients", BODY, key)
            wait_until_blocked()
            refused = server.ask("GET", "/clients/tenant-1", headers=key)
        created = first.result(timeout=15)

    assert (told(refused), refused.headers["Retry-After"]) == ((503, "ServiceUnavailable"), "2")
    assert 3.9 < refused.seconds < 5
    assert created.status == 202


def test_a_body_that_is_on_its_way_keeps_no_connection(key: dict[str, str], tmp_path: Path) -> None:
    with (
        running(tmp_path / "log", DATABASE_POOL_MAX="1") as server,
        socket.create_connection(("127.0.0.1", server.port)) as slow,
    ):
        slow.sendall(_head(key) + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:1])
        wait_until(lambda: _last_used(key) is not None)
        meanwhile = server.ask("GET", "/clients/tenant-1", headers=key)
        slow.sendall(BODY[1:])
        created = slow.recv(65536)

    assert (meanwhile.status, meanwhile.seconds < 1) == (404, True)
    assert created.startswith(b"HTTP/1.1 202 ")


def _last_used(key: dict[str, str]) -> Any:
    return ApiKey.objects.get(hash=key_hash(key["XApiKey"])).last_used_at


@pytest.mark.slow
def test_while_the_database_is_away_calls_fail_at_once_and_the_process_is_alive(
    key: dict[str, str], tmp_path: Path
) -> None:
    with running(tmp_path / "log", DATABASE_URL=f"postgres://debitura@127.0.0.1:{free_port()}/debitura") as server:
        refused = [server.ask("GET", "/clients/tenant-1", headers=key) for _ in range(5)]
        ready, alive = server.ask("GET", "/readyz"), server.ask("GET", "/healthz")

    assert {told(each) for each in refused} == {(503, "ServiceUnavailable")}
    assert max(each.seconds for each in [*refused, ready, alive]) < 1
    assert (ready.status, alive.status) == (503, 200)


@pytest.mark.slow
def test_a_main_process_that_is_killed_takes_its_workers_along(key: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path / "log") as server:
        os.kill(server.pid, signal.SIGKILL)

        wait_until(lambda: not server.is_listening(), seconds=5)


def test_the_process_logs_a_line_for_each_request_and_no_address(key: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path / "log") as server:
        server.ask("POST", "/clients", BODY, key)
        server.ask("GET", "/clients/tenant-1?secret=1", headers=key)
        server.ask("GET", "/secret")

    lines = (tmp_path / "log").read_text()
    finished = [line for line in map(json.loads, lines.splitlines()) if line["event"] == "request_finished"]
    assert [(line["route"], line["status"]) for line in finished if line["route"] != "healthz"] == [
        ("clients", 202),
        ("clients/<tenant_id:externalTenantId>", 200),
        (None, 404),
    ]
    assert [value for value in ("secret", "tenant-1", "acme", key["XApiKey"]) if value in lines] == []
