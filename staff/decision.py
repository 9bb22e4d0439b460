"""Record decisions of staff, with who and why, in a log and a history that the database protects (product-rules 8)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model

from staff.models import Staff


@contextmanager
def decision(*, by: Staff, why: str, what: str, about: Model, is_new: bool = False) -> Iterator[None]:
    """
    Run the block as a decision, in one transaction. Raises ValueError without a reason.

    The history of the rows it changes records who and why. `what` goes into the log of `about`: one sentence, without
    personal data.
    """
    if not why.strip():
        raise ValueError("A decision has a reason.")
    with transaction.atomic():
        with history_context(by=by.pk, why=why) as context:
            yield
        LogEntry.objects.create(
            user_id=by.pk,
            content_type=ContentType.objects.get_for_model(about),
            object_id=about.pk,
            object_repr=f"{about._meta.verbose_name} {about.pk}",
            action_flag=ADDITION if is_new else CHANGE,
            change_message=json.dumps({"what": what, "why": why, "context": context}),
        )


@contextmanager
def history_context(**facts: str | int) -> Iterator[str]:
    """
    Attach these facts to the history of the rows that the block changes. Needs a transaction; yields the context's id.

    pghistory.context puts a statement of its own in front of every other, which does not work with parameters bound on
    the server. This runs one statement at the start instead.
    """
    context = str(uuid.uuid4())
    _set_context(context, json.dumps(facts))
    yield context
    _set_context("", "")


def _set_context(context: str, metadata: str) -> None:
    """Set what pghistory's triggers read; it lasts until the transaction ends at the latest."""
    with connection.cursor() as cursor:  # no table, so not a query for the ORM
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [context, metadata],
        )
