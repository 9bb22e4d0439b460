"""What becomes of a job whose worker was killed, and of those that are long done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from clients.models import Agreement, ReferralPartnerClientLink
from onboarding.models import Purpose
from onboarding.proof.email_codes import request_code
from onboarding.tasks import mail_code
from processes.stalled_jobs import stalled_jobs
from processes.tasks import forget_finished_jobs, take_up_stalled_jobs
from tests.conftest import Lines, deliver_mail
from tests.jobs import begin_jobs, forget_jobs, make_worker
from tests.make import make_link
from tests.rows import everything

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def link(agreement: Agreement) -> ReferralPartnerClientLink:
    """A client for whom a code is asked, so that a mail waits."""
    forget_jobs()
    link = make_link()
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    return link


def run(task: Any) -> None:
    """Do what the worker does at the appointed time."""
    job = Job(id=0, queue="upkeep", lock=None, queueing_lock=None, task_name=task.name)
    context = JobContext(app=app, job=job, start_timestamp=0, abort_reason=lambda: None)
    if task.pass_context:
        async_to_sync(task.func)(context, timestamp=0)
    else:
        task.func(timestamp=0)


def states() -> list[tuple[str, int]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("status", "attempts"))


@pytest.mark.usefixtures("link")
def test_a_mail_whose_worker_was_killed_is_sent_by_another() -> None:
    begin_jobs(worker=make_worker(silent_for=A_MINUTE))

    run(take_up_stalled_jobs)

    assert states() == [("todo", 1)]
    assert len(deliver_mail()) == 1


@pytest.mark.usefixtures("link")
def test_a_mail_whose_worker_has_been_forgotten_since_is_sent_too() -> None:
    """The next worker to start removes the row of the one that is silent."""
    begin_jobs(worker=make_worker(silent_for=A_MINUTE))
    async_to_sync(app.job_manager.prune_stalled_workers)(20)

    run(take_up_stalled_jobs)

    assert states() == [("todo", 1)]


@pytest.mark.usefixtures("link")
def test_a_mail_that_its_worker_has_lost_sight_of_is_sent_too() -> None:
    """The mail went out or not, and the database was away when that was to be written down."""
    begin_jobs(worker=make_worker(), ago=timedelta(minutes=16))

    run(take_up_stalled_jobs)

    assert states() == [("todo", 1)]


@pytest.mark.usefixtures("link")
def test_a_mail_that_is_being_sent_is_left_alone() -> None:
    begin_jobs(worker=make_worker(), ago=timedelta(minutes=14))

    run(take_up_stalled_jobs)

    assert states() == [("doing", 0)]
    assert not stalled_jobs().exists()


@pytest.mark.usefixtures("link")
def test_a_job_that_ends_its_worker_each_time_is_not_begun_for_ever(logged: Lines) -> None:
    begin_jobs(worker=None, attempts=10)

    run(take_up_stalled_jobs)

    assert states() == [("failed", 11)]
    assert logged.only("job_stalled")["attempts"] == 10


def test_every_task_can_be_done_twice(link: ReferralPartnerClientLink) -> None:
    """A job may have been done when its worker died; the second time a code is mailed again, and nothing changes."""
    [args] = ProcrastinateJob.objects.filter(queue_name="mail").values_list("args", flat=True)
    forget_jobs()
    upkeep = [task for task in app.tasks.values() if task.queue == "upkeep"]

    def all_of_them() -> None:
        mail_code(**args)
        list(map(run, upkeep))

    all_of_them()
    once = everything()
    all_of_them()

    first, second = mail.outbox
    assert (everything(), first.body, first.to) == (once, second.body, second.to)
    assert {task.queue for task in app.tasks.values()} == {"mail", "upkeep", "builtin"}


@pytest.mark.usefixtures("link")
def test_what_was_done_a_week_ago_is_forgotten() -> None:
    request_code(about=make_link(), purpose=Purpose.FIRST_SIGNING, browser="other")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
        )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'doing'")
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '167 hours'")
    run(forget_finished_jobs)
    before = len(states())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '2 hours'")

    run(forget_finished_jobs)

    assert (before, states()) == (2, [])


@pytest.mark.usefixtures("link")
def test_what_still_waits_is_not_forgotten_however_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '30 days'")

    run(forget_finished_jobs)

    assert states() == [("todo", 0)]


def test_jobs_that_wait_are_known_by_the_names_that_they_had() -> None:
    """A task may move to another module; what was queued before is done all the same."""
    assert {
        "onboarding.tasks.mail_code",
        "onboarding.tasks.tell_support_of_asking",
        "onboarding.tasks.tell_of_correction",
        "onboarding.tasks.expire_link_requests",
        "onboarding.tasks.forget_kept_forms",
        "debitura.staff.tasks.mail_password_was_set",
        "debitura.staff.tasks.forget_failed_sign_ins",
        "debitura.processes.tasks.take_up_stalled_jobs",
        "debitura.processes.tasks.forget_finished_jobs",
    } <= app.tasks.keys()
