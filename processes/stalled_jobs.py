"""Find jobs marked as running that no worker is running: it was killed, or lost the database."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from edge.clock import ClockTimestamp

# A worker sends a heartbeat every five seconds (settings.PROCRASTINATE_WORKER_DEFAULTS).
SILENT_FOR = timedelta(seconds=20)
# No job takes this long. A healthy worker can lose track of a job, if it could not record its end.
LONGEST = timedelta(minutes=15)
# So that a job that kills its worker each time is not retried for ever.
ATTEMPTS = 10


def stalled_jobs() -> QuerySet[ProcrastinateJob]:
    """Running jobs whose worker is gone or silent, or that started over 15 minutes ago, whatever their worker says."""
    begun_lately = ProcrastinateEvent.objects.filter(
        job=OuterRef("pk"), type="started", at__gt=ClockTimestamp() - LONGEST
    )
    without_worker = Q(worker=None) | Q(worker__last_heartbeat__lt=ClockTimestamp() - SILENT_FOR)
    jobs: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.filter(without_worker | ~Exists(begun_lately))
    return jobs.filter(status="doing")
