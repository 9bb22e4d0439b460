"""Background jobs about staff accounts."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from staff.models import FailedSignIn, Staff

KEPT_FOR = timedelta(days=90)


@app.task(
    name="debitura.staff.tasks.mail_password_was_set",
    queue="mail",
    retry=RetryStrategy(max_attempts=5, exponential_wait=3),
)
def mail_password_was_set(*, staff_id: int, by_id: int) -> None:
    """Tell a colleague that their password was set, and by whom, in case they did not ask for it."""
    staff, by = Staff.objects.get(pk=staff_id), Staff.objects.get(pk=by_id)
    facts = {"staff": staff, "by": by, "support_contact": settings.SUPPORT_CONTACT}
    send_mail(
        subject=render_to_string("admin/mail/password_was_set_subject.txt", facts).strip(),
        message=render_to_string("admin/mail/password_was_set.txt", facts),
        from_email=None,
        recipient_list=[staff.email],
    )


@app.periodic(cron="41 3 * * *")
@app.task(name="debitura.staff.tasks.forget_failed_sign_ins", queue="upkeep")
def forget_failed_sign_ins(timestamp: int) -> None:
    """Delete failed sign-ins older than 90 days, once a day. Procrastinate passes `timestamp`; it is not used."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
