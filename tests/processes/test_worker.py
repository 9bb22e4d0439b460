"""`manage.py worker`, as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from clients.models import Agreement
from onboarding.models import Purpose
from onboarding.proof.email_codes import request_code
from tests.jobs import forget_jobs
from tests.make import make_first_agreement, make_link
from tests.server import PROJECT, SETTINGS, database_url, free_port, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def worker(log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as production runs it, before the test's database."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=PROJECT,
            env={**os.environ, **SETTINGS, "DATABASE_URL": database_url(), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db: None) -> Iterator[None]:
    """Neither before nor after."""
    forget_jobs()
    yield
    forget_jobs()


def ask_for_a_code() -> int:
    """Let a mail wait; the id of its job."""
    if Agreement.objects.current() is None:
        make_first_agreement()
    request_code(about=make_link(), purpose=Purpose.FIRST_SIGNING, browser="mine")
    job: int = ProcrastinateJob.objects.filter(queue_name="mail").latest("id").pk
    return job


def is_done(job: int) -> bool:
    return bool(ProcrastinateJob.objects.get(pk=job).status == "succeeded")


def test_a_worker_whose_connections_break_goes_on(tmp_path: Path) -> None:
    first = ask_for_a_code()
    with worker(tmp_path / "log", DATA_DIR=str(tmp_path)) as process:
        wait_until(lambda: is_done(first))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        second = ask_for_a_code()

        wait_until(lambda: is_done(second))
        assert process.poll() is None


def test_a_worker_waits_for_a_database_that_is_not_there_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    nowhere = f"postgres://debitura@127.0.0.1:{free_port()}/debitura"
    with worker(tmp_path / "log", DATABASE_URL=nowhere) as process:
        wait_until(lambda: "worker_without_database" in (tmp_path / "log").read_text())
        time.sleep(2)
        waited = process.poll()
        process.send_signal(signal.SIGTERM)

        assert (waited, process.wait(timeout=10)) == (None, 0)
        assert (tmp_path / "log").read_text().count("worker_without_database") == 1


def test_a_worker_that_is_told_to_end_does_so_in_order(tmp_path: Path) -> None:
    with worker(tmp_path / "log", DATA_DIR=str(tmp_path)) as process:
        wait_until(lambda: "Starting worker" in (tmp_path / "log").read_text())
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone() == (0,)
