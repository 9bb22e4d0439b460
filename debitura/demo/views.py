"""The demo's mailbox, open to everybody since nothing in it is real."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from debitura.demo.mail import mails


@login_not_required
@never_cache
@require_safe
def mail_page(request: HttpRequest) -> HttpResponse:
    """Show the last mails, newest first."""
    shown = [{**mail, "sent_at": parse_datetime(mail["sentAt"])} for mail in mails()]
    return render(request, "demo/mail.html", {"mails": shown})


@login_not_required
@never_cache
@require_safe
def mail_json(request: HttpRequest) -> JsonResponse:
    """The same for scripts: a list of {to, subject, text, sentAt}, newest first."""
    return JsonResponse(mails(), safe=False)
