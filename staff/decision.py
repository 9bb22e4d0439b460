"""What staff decide: with who and why, in a log and a history that the database protects (product-rules 8)."""

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
    Do what is in the block as a decision: all of it or nothing, and never without a reason.

    The history of the rows it changes points to who and why; `what` is said in the log of `about`, in one sentence
    without personal data.
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
    Let the history of what the block changes say these facts; for a transaction. Yields the context's id.

    It does with a statement of its own what pghistory.context does by another one before each, which parameters bound
    on the server do not allow.
    """
    context = str(uuid.uuid4())
    _set_context(context, json.dumps(facts))
    yield context
    _set_context("", "")


def _set_context(context: str, metadata: str) -> None:
    """Until the transaction ends, at the latest; the triggers of pghistory read it."""
    with connection.cursor() as cursor:  # of no table, which the ORM would want
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [context, metadata],
        )
