"""Jobs as the worker leaves them; Procrastinate's models cannot be written."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection


def forget_jobs() -> None:
    """Begin without jobs and workers: their tables are not Django's, so they are not emptied after a test."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")


def make_worker(*, silent_for: timedelta = timedelta()) -> int:
    """A worker that was heard so long ago; its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp() - %s::interval) RETURNING id",
            [str(silent_for)],
        )
        worker: int = cursor.fetchone()[0]
    return worker


def begin_jobs(*, worker: int | None, ago: timedelta = timedelta(), attempts: int = 0) -> None:
    """Let this worker have begun all jobs that wait, so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE status = 'todo'",
            [worker, attempts],
        )
        cursor.execute("UPDATE procrastinate_events SET at = at - %s::interval WHERE type = 'started'", [str(ago)])
