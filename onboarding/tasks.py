"""Jobs of the worker: a job is a row in the transaction that wants it, so what was rolled back is never mailed."""

from datetime import timedelta

from django.core.mail import send_mail
from django.template.loader import render_to_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clients.models import LinkRequest
from debitura.edge.clock import ClockTimestamp
from debitura.edge.mailbox import mailbox
from onboarding.models import CODE_LIFE, ONE_DAY, EmailCode, KeptForm, MatchedAddress

KEPT_FOR = timedelta(days=1)


@app.task(queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def mail_code(*, code_id: str) -> None:
    """Mail a code to the address it was made for. A code that has lapsed or expired meanwhile is not mailed."""
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


@app.periodic(cron="17 * * * *")
@app.task(queue="upkeep")
def forget_kept_forms(timestamp: int) -> None:
    """Forget once an hour what was typed and never saved, and who asked for whom; `timestamp` is of no use here."""
    KeptForm.objects.filter(kept_at__lt=ClockTimestamp() - KEPT_FOR).delete()
    MatchedAddress.objects.filter(matched_at__lt=ClockTimestamp() - ONE_DAY).delete()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="upkeep")
def expire_link_requests(timestamp: int) -> None:
    """Close overdue requests every five minutes; who reads or decides looks at the deadline anyway."""
    LinkRequest.objects.all().expire_overdue()
