"""Upkeep of the job queue. Any job may be started twice, so every task must be safe to repeat."""

import structlog
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from processes.stalled_jobs import ATTEMPTS, stalled_jobs

KEPT_FOR_HOURS = 7 * 24

log = structlog.get_logger("debitura.worker")


@app.periodic(cron="* * * * *")
@app.task(name="debitura.processes.tasks.take_up_stalled_jobs", queue="upkeep", pass_context=True)
async def take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Requeue stalled jobs once a minute, those of this task too; after ten attempts, mark them as failed."""
    jobs = context.app.job_manager
    async for job in stalled_jobs():
        if job.attempts < ATTEMPTS:
            await jobs.retry_job_by_id_async(job.pk, retry_at=timezone.now())
        else:
            await jobs.finish_job_by_id_async(job.pk, status=Status.FAILED, delete_job=False)
        log.warning("job_stalled", job=job.pk, task=job.task_name, attempts=job.attempts)


@app.periodic(cron="47 3 * * *")
@app.task(name="debitura.processes.tasks.forget_finished_jobs", queue="upkeep", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Delete jobs that finished, failed or were cancelled over a week ago; runs daily."""
    await context.app.job_manager.delete_old_jobs(
        KEPT_FOR_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
