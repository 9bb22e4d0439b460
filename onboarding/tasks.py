"""Jobs of the worker: a job is a row in the transaction that wants it, so what was rolled back is never mailed."""

from datetime import timedelta

from django.core.mail import send_mail
from django.template.loader import render_to_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from onboarding.models import CODE_LIFE, ClockTimestamp, EmailCode, KeptForm

KEPT_FOR = timedelta(days=1)


@app.task(queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def mail_code(*, code_id: str) -> None:
    """Mail a code to the address it was made for. A code that has lapsed or expired meanwhile is not mailed."""
    code = (
        EmailCode.objects.select_related("link__partner")
        .filter(pk=code_id, used_at=None, lapsed_at=None, expires_at__gt=ClockTimestamp())
        .first()
    )
    if code is None:
        return
    facts = {"code": code.text(), "partner": code.link.partner.short_name, "minutes": CODE_LIFE.seconds // 60}
    send_mail(
        subject=render_to_string("onboarding/mail/code_subject.txt", facts).strip(),
        message=render_to_string("onboarding/mail/code.txt", facts),
        from_email=None,
        recipient_list=[code.address],
    )


@app.periodic(cron="17 * * * *")
@app.task(queue="upkeep")
def forget_kept_forms(timestamp: int) -> None:
    """Forget once an hour what was typed and never saved; `timestamp` is the hour's, in seconds, and of no use here."""
    KeptForm.objects.filter(kept_at__lt=ClockTimestamp() - KEPT_FOR).delete()
