"""What every test stands on: the cast, the agreement, and a database that refuses to forget."""

from __future__ import annotations

import gc
import json
import logging
import re
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management.commands import flush
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

from clients.models import Agreement, Client, User
from partners.models import ReferralPartner
from staff.messages import Messages
from staff.models import Staff
from tests.journeys.browser import NO_BROWSER
from tests.make import make_first_agreement, make_key, make_partner

MADE_BY_MIGRATE = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
NOT_DJANGOS = ["procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs"]
# A busy machine draws and decides slowly; timings are no matter of tests.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Schemathesis thinks up its cases while tests are collected, for twenty seconds: only with `-p schemathesis`."""
    is_dear = collection_path.name == "test_api_contract.py"
    return True if is_dear and not config.pluginmanager.hasplugin("schemathesis") else None


def pytest_collection_finish() -> None:
    """Let the collector of garbage leave alone what was imported, and look less often for what tests leave behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """No test talks to anything but this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {address[0]}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_may_delete() -> Iterator[None]:
    """
    The database refuses to delete what is kept for good; emptying it between tests is the one exception.

    Row by row and not by TRUNCATE: a test leaves a few rows, and TRUNCATE takes long for so many tables. What every
    migrate writes anew, who of the staff may do what, stays instead of being made again after each test.
    """

    def without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        tables = [table for table in re.findall(r'"(\w+)"', " ".join(sql_list)) if table not in MADE_BY_MIGRATE]
        tables += NOT_DJANGOS
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in tables))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", without_triggers)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _messages_name_nobody() -> Iterator[None]:
    """The admin's messages travel in a cookie that can be read: none holds a name or an address that is held then."""
    store: Any = Messages._store  # type: ignore[attr-defined]  # the stubs leave it out

    def judged(self: Messages, messages: Any, response: Any, *more: Any, **options: Any) -> Any:
        said = " ".join(str(message) for message in messages or [])
        people = [*Staff.objects.values_list("name", "email"), *User.objects.values_list("name", "email")]
        held = {text for pair in [*people, *Client.objects.values_list("name", "support_email")] for text in pair}
        assert [text for text in held if text in said] == []
        assert "@" not in said
        return store(self, messages, response, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Messages, "_store", judged)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End what is left of sessions before the database is dropped: a server that was told to stop takes its time."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, in one line, how much was not tested for want of a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    journeys = [report for report in skipped if NO_BROWSER in str(report.longrepr)]
    if journeys:
        terminalreporter.write_line(f"{len(journeys)} JOURNEYS WERE NOT RUN: {NO_BROWSER}.", red=True, bold=True)


@pytest.fixture
def agreement(db: None) -> Agreement:
    """The current version of the agreement; from the migration, or made again after a flush."""
    return Agreement.objects.current() or make_first_agreement()


@pytest.fixture
def partner(db: None) -> ReferralPartner:
    """The partner: who calls."""
    return make_partner(name="Ledgerly Software ApS", short_name="Ledgerly")


@pytest.fixture
def rival(db: None) -> ReferralPartner:
    """The rival: another partner, whose rows are none of the partner's business."""
    return make_partner(name="Bookwise GmbH", short_name="Bookwise")


@pytest.fixture
def api(partner: ReferralPartner, agreement: Agreement) -> APIClient:
    """The partner at the API."""
    return caller(partner)


@pytest.fixture
def rival_api(rival: ReferralPartner, agreement: Agreement) -> APIClient:
    """The rival at the API."""
    return caller(rival)


def caller(partner: ReferralPartner) -> APIClient:
    """A client of the API that sends a key of the partner."""
    api = APIClient()
    api.credentials(HTTP_XAPIKEY=make_key(partner))
    api.default_format = "json"
    return api


def deliver_mail() -> list[mail.EmailMessage]:
    """Do what the worker does with the mails that are waiting; all that were sent in this test."""
    for job in ProcrastinateJob.objects.filter(status="todo", queue_name="mail").order_by("id"):
        app.tasks[job.task_name](**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])
    return mail.outbox


class Lines(StringIO):
    """What was logged, as the objects that the lines are."""

    def all(self, event: str) -> list[dict[str, Any]]:
        """All lines of this event."""
        lines = [json.loads(line) for line in self.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    def only(self, event: str) -> dict[str, Any]:
        """The one line of this event."""
        [line] = self.all(event)
        return line


@pytest.fixture
def logged() -> Iterator[Lines]:
    """The lines that the process would print."""
    [handler] = [handler for handler in logging.getLogger().handlers if handler.name == "lines"]
    assert isinstance(handler, logging.StreamHandler)
    lines = Lines()
    before = handler.setStream(lines)
    yield lines
    handler.setStream(before)
