"""
Addresses are compared by mailbox now: the part before the @ at the domain's A-label by IDNA 2008.

Where two that were different are one mailbox, the one that has the key keeps it, and the other has none: support finds
its client in the admin, under *Address is another's*, and nothing fails.
"""

import logging

from django.db import migrations, models
from django.db.models import Q
from email_validator import EmailNotValidError, validate_email

# What is in ASCII and not in Punycode has the key that it had.
CHANGES = Q(email__regex=r"[^\x01-\x7f]") | Q(email__icontains="xn--") | Q(email__startswith="=?")

log = logging.getLogger("debitura.migrations")


def key_of(email):
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return None if email.startswith("=?") else checked.ascii_email.lower()


def compute_keys_anew(apps, schema_editor):
    Client, User = apps.get_model("clients", "Client"), apps.get_model("clients", "User")
    companies = Client.objects.annotate(email=models.F("support_email")).filter(
        CHANGES, support_email_key__isnull=False
    )
    people = User.objects.filter(CHANGES, email_key__isnull=False)
    rows = [
        *[(row.created_at, row.pk, "support_email_key", row, row.support_email) for row in companies],
        *[
            (row.client.created_at, row.client_id, "email_key", row, row.email)
            for row in people.select_related("client")
        ],
    ]
    for _, _, field, row, _ in rows:
        type(row).objects.filter(pk=row.pk).update(**{field: None})
    release_unused(apps, {client for _, client, *_ in rows})
    # The client that is longer with us first.
    without = [
        client
        for _, client, field, row, email in sorted(rows, key=lambda row: row[:2])
        if not take(apps, client, field, row, email)
    ]
    if without:
        log.warning("addresses_are_anothers", extra={"clients": sorted({str(client) for client in without})})


def take(apps, client, field, row, email):
    """Register the key for the client, and name the row by it; whether it could be."""
    EmailAddress = apps.get_model("clients", "EmailAddress")
    key = key_of(email)
    if key is None:
        return False
    address, _ = EmailAddress.objects.get_or_create(address=key, defaults={"client_id": client})
    colleagues = type(row).objects.filter(email_key=key) if field == "email_key" else type(row).objects.none()
    if address.client_id != client or colleagues.exists():
        return False
    type(row).objects.filter(pk=row.pk).update(**{field: key})
    return True


def release_unused(apps, clients):
    Client, User, EmailAddress = (apps.get_model("clients", name) for name in ("Client", "User", "EmailAddress"))
    used = {
        *User.objects.filter(client__in=clients, email_key__isnull=False).values_list("email_key", flat=True),
        *Client.objects.filter(pk__in=clients)
        .exclude(support_email_key=None)
        .values_list("support_email_key", flat=True),
    }
    EmailAddress.objects.filter(client__in=clients).exclude(pk__in=used).delete()


class Migration(migrations.Migration):
    dependencies = [("clients", "0010_requests_are_taken_up_again")]

    operations = [migrations.RunPython(compute_keys_anew, migrations.RunPython.noop)]
