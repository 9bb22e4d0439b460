"""The demo: its data, and the command that runs everything."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from cases.lifecycle import Lifecycle
from cases.models import Case, SubmittedCase
from clients.models import Agreement, Client, LinkConflict, LinkRequest, Signature
from debitura.demo.clients import CLIENTS
from debitura.demo.data import ADMIN, PARTNERS, PASSWORD, STAFF, make_demo_data
from onboarding.registering.onboard import find_onboarded
from onboarding.registering.outcomes import AwaitingSignature, Ready
from partners.models import ApiKey, ReferralPartner, is_well_formed
from staff.models import Staff
from tests.make import registration_body

PROJECT = Path(__file__).parents[2]
LEDGERLY = next(iter(PARTNERS))


def test_making_the_data_again_changes_nothing(agreement: Agreement) -> None:
    make_demo_data()
    Staff.objects.filter(email=ADMIN).update(name="Somebody Else")
    make_demo_data()

    assert [ReferralPartner.objects.count(), ApiKey.objects.count()] == [2, 2]
    assert [Client.objects.count(), Signature.objects.count()] == [7, 2]
    assert [LinkRequest.objects.pending().count(), LinkConflict.objects.open().count()] == [1, 1]
    assert Staff.objects.get(email=ADMIN).name == "Somebody Else"
    assert Staff.objects.count() == len(STAFF) + 1


def test_there_is_a_case_in_every_state_and_one_that_nobody_covers(agreement: Agreement) -> None:
    make_demo_data()

    assert set(Case.objects.values_list("lifecycle", flat=True)) == set(Lifecycle)
    assert SubmittedCase.objects.filter(error_type="NoPartnerAvailable").count() == 3
    assert not Case.objects.filter(success_fee_percentage=None).exists()
    assert Case.objects.get(close_code="Paid").earnings_usd is not None


@pytest.mark.parametrize("name", CLIENTS)
def test_each_partner_has_a_client_that_signed_and_one_that_has_not(agreement: Agreement, name: str) -> None:
    make_demo_data()

    partner = ReferralPartner.objects.get(short_name=name)
    signed, waiting = [
        find_onboarded(partner=partner, external_tenant_id=registration.external_tenant_id, at=timezone.now())
        for registration in CLIENTS[name]
    ]
    assert isinstance(signed, Ready)
    assert isinstance(waiting, AwaitingSignature)


@pytest.mark.parametrize("key", PARTNERS)
def test_the_readme_names_every_key_and_they_are_keys(key: str) -> None:
    assert is_well_formed(key)
    assert key in (PROJECT / "README.md").read_text()


def test_the_password_of_the_demo_opens_every_account(agreement: Agreement) -> None:
    make_demo_data()

    assert all(staff.check_password(PASSWORD) for staff in Staff.objects.all())


@pytest.fixture
def database(db: None) -> Iterator[str]:
    """An empty database beside the test's; its name."""
    name = f"{connection.settings_dict['NAME']}_demo"
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    yield name
    with _server() as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@pytest.fixture
def demo(database: str, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo as `make demo` runs it, when it has said that it runs."""
    with _run(["demo", "--port", str(port)], database, tmp_path) as process:
        assert process.stdout is not None
        assert any("Ctrl-C stops it" in line for line in process.stdout)
        yield process
        process.terminate()


@pytest.mark.slow
def test_the_demo_serves_and_ctrl_c_ends_all_of_it(demo: subprocess.Popen[str], port: int, database: str) -> None:
    created, _ = _post(port)
    known, body = _post(port, tenant_id="ledgerly-1001", email="mette@havn.example")

    demo.send_signal(signal.SIGINT)
    ended = demo.wait(timeout=20)

    assert [created, known] == [202, 201]
    assert body["onboardingDone"] is True
    assert ended == 0
    assert _is_over(port, database)


@pytest.mark.slow
def test_a_killed_demo_leaves_nothing_behind(demo: subprocess.Popen[str], port: int, database: str) -> None:
    demo.kill()
    demo.wait()

    assert _is_over(port, database)


@pytest.mark.slow
def test_a_port_that_is_taken_is_one_clear_line(database: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with _run(["demo", "--port", str(taken)], database, tmp_path) as process:
            _, said = process.communicate(timeout=30)

    assert process.returncode == 1
    assert f"port {taken}" in said
    assert len(said.splitlines()) == 1


def _run(arguments: list[str], database: str, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={
            "PATH": os.defpath,
            "DEBUG": "1",
            "DATA_DIR": str(data),
            "DATABASE_URL": f"postgres:///{database}",
            "PGHOST": connection.settings_dict["HOST"],
            "PGPORT": str(connection.settings_dict["PORT"]),
            "PGUSER": connection.settings_dict["USER"],
            "PGPASSWORD": connection.settings_dict["PASSWORD"],
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _server() -> psycopg.Connection:
    facts = connection.settings_dict
    return psycopg.connect(
        host=facts["HOST"],
        port=facts["PORT"] or None,
        user=facts["USER"],
        password=facts["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )


def _post(port: int, *, tenant_id: str = "tenant-1", email: str = "jane@acme.test") -> tuple[int, dict[str, Any]]:
    http = HTTPConnection("127.0.0.1", port, timeout=10)
    body = registration_body(tenant_id, users=[{"name": "Jane Ann Doe", "email": email}])
    http.request("POST", "/clients", json.dumps(body), {"XApiKey": LEDGERLY, "Content-Type": "application/json"})
    response = http.getresponse()
    answer: dict[str, Any] = json.loads(response.read())
    http.close()
    return response.status, answer


def _is_over(port: int, database: str) -> bool:
    """Whether, within seconds, nobody listens on the port and nobody is connected to the database."""
    deadline = time.monotonic() + 15
    while _listens(port) or _connections_to(database):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def _connections_to(database: str) -> int:
    with _server() as server:
        row = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [database]).fetchone()
    assert row is not None
    return int(row[0])
