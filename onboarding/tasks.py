"""Background jobs. A job is a row written in the caller's transaction, so nothing is mailed if that rolls back."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clients.models import LinkRequest
from edge.clock import ClockTimestamp
from edge.mailbox import mailbox
from onboarding.models import CODE_LIFE, ONE_DAY, AskedFor, AskingLimitReached, Correction, EmailCode, KeptForm

KEPT_FOR = timedelta(days=1)


@app.task(name="onboarding.tasks.mail_code", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def mail_code(*, code_id: str) -> None:
    """Mail a code to the address it was made for, unless it has lapsed, expired or been used meanwhile."""
    code = (
        EmailCode.objects.select_related("link__partner", "link_request__partner")
        .filter(pk=code_id, user__isnull=False, used_at=None, lapsed_at=None, expires_at__gt=ClockTimestamp())
        .first()
    )
    if code is None:
        return
    facts = {"code": code.text(), "partner": code.partner().short_name, "minutes": CODE_LIFE.seconds // 60}
    send_mail(
        subject=render_to_string("onboarding/mail/code_subject.txt", facts).strip(),
        message=render_to_string("onboarding/mail/code.txt", facts),
        from_email=None,
        recipient_list=[mailbox(code.address)],
    )


@app.task(
    name="onboarding.tasks.tell_support_of_asking",
    queue="mail",
    retry=RetryStrategy(max_attempts=5, exponential_wait=3),
)
def tell_support_of_asking(*, reached_id: int, is_stopped: bool) -> None:
    """Tell support that a partner was told of many known companies, or (`is_stopped`) is told of no more today."""
    reached = AskingLimitReached.objects.select_related("partner").get(pk=reached_id)
    page = reverse("admin:onboarding_askinglimitreached_change", args=[reached.pk])
    facts = {
        "reached": reached,
        "is_stopped": is_stopped,
        "partner": reached.partner.name,
        "url": settings.ONBOARDING_BASE_URL + page,
    }
    send_mail(
        subject=render_to_string("onboarding/mail/asking_subject.txt", facts).strip(),
        message=render_to_string("onboarding/mail/asking.txt", facts),
        from_email=None,
        recipient_list=[mailbox(settings.SUPPORT_CONTACT)],
    )


@app.task(
    name="onboarding.tasks.tell_of_correction", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=3)
)
def tell_of_correction(*, correction_id: int) -> None:
    """
    Tell a client's other addresses, the replaced one too, that support has changed who may sign for it.

    Sends one mail to each. A retry after a failure mails some again; once all are mailed, a second run mails nobody.
    """
    correction = Correction.objects.select_related("client").get(pk=correction_id)
    if not correction.email:
        return
    facts = {
        "company": correction.client.name,
        "is_new_admin": not correction.held,
        "support_contact": settings.SUPPORT_CONTACT,
    }
    for address in sorted(_others(correction)):
        send_mail(
            subject=render_to_string("onboarding/mail/correction_subject.txt", facts).strip(),
            message=render_to_string("onboarding/mail/correction.txt", facts),
            from_email=None,
            recipient_list=[address],
        )
    correction.forget()


def _others(correction: Correction) -> set[str]:
    client = correction.client
    held = [client.support_email, correction.held, *client.users.values_list("email", flat=True)]
    return {mailbox(email) for email in held if email} - {mailbox(correction.email)}


@app.periodic(cron="17 * * * *")
@app.task(name="onboarding.tasks.forget_kept_forms", queue="upkeep")
def forget_kept_forms(timestamp: int) -> None:
    """Delete kept forms and records of asking that are over a day old, hourly. Procrastinate passes `timestamp`."""
    KeptForm.objects.filter(kept_at__lt=ClockTimestamp() - KEPT_FOR).delete()
    AskedFor.objects.filter(asked_at__lt=ClockTimestamp() - ONE_DAY).delete()


@app.periodic(cron="*/5 * * * *")
@app.task(name="onboarding.tasks.expire_link_requests", queue="upkeep")
def expire_link_requests(timestamp: int) -> None:
    """Mark overdue link requests as expired every five minutes. Whoever reads or decides checks the deadline anyway."""
    LinkRequest.objects.all().expire_overdue()
