"""Jobs that nobody is doing any more, though their row says so: their worker was killed, or lost the database."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from edge.clock import ClockTimestamp

# A worker says every five seconds that it is there (settings.PROCRASTINATE_WORKER_DEFAULTS).
SILENT_FOR = timedelta(seconds=20)
# No job takes so long. A worker that is well may have forgotten one: its end could not be written down.
LONGEST = timedelta(minutes=15)
# One that ends its worker each time is not begun for ever.
ATTEMPTS = 10


def stalled_jobs() -> QuerySet[ProcrastinateJob]:
    """Those whose worker is gone or silent, and those that were begun too long ago, whatever their worker says."""
    begun_lately = ProcrastinateEvent.objects.filter(
        job=OuterRef("pk"), type="started", at__gt=ClockTimestamp() - LONGEST
    )
    without_worker = Q(worker=None) | Q(worker__last_heartbeat__lt=ClockTimestamp() - SILENT_FOR)
    jobs: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.filter(without_worker | ~Exists(begun_lately))
    return jobs.filter(status="doing")
