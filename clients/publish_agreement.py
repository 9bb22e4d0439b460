"""Publish a version of the agreement: from then on it is what clients sign, and nobody can change it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from clients.agreement_text import UnsupportedMarkdown, agreement_blocks
from clients.models import Agreement
from debitura.edge.clock import database_time
from debitura.staff.decision import decision
from debitura.staff.models import Staff

PUBLISHING = 0x5DCA  # the number of the lock; it stands for the agreement, of which there is one


@dataclass(frozen=True)
class Published:
    """The version is current now."""

    agreement: Agreement


@dataclass(frozen=True)
class PublishedBefore:
    """Somebody was faster; nothing changed."""


@dataclass(frozen=True)
class OutOfOrder:
    """A version with a later number is published already; nothing changed."""

    current: Agreement


@dataclass(frozen=True)
class CannotBeShown:
    """The text, the title or the summary cannot be shown as it stands; nothing changed."""

    why: str


type PublishingOutcome = Published | PublishedBefore | OutOfOrder | CannotBeShown


def hold_publishing(*, shared: bool) -> None:
    """
    Keep the current version what it is until the transaction ends.

    Signers share the lock, so that they do not wait for each other; who publishes has it alone.
    """
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s::bigint)", [PUBLISHING])


@transaction.atomic
def publish_agreement(*, agreement: Agreement, by: Staff, why: str) -> PublishingOutcome:
    """
    Publish a draft, required from the same moment on; publishing again changes nothing.

    The moment is the database's, once nobody signs: after every signature of the version before, and no later than any
    of this one, whatever the clocks of web servers say.
    """
    hold_publishing(shared=False)
    draft = Agreement.objects.select_for_update().get(pk=agreement.pk)
    current = Agreement.objects.current()
    if draft.published_at is not None:
        return PublishedBefore()
    if current is not None and current.number > draft.number:
        return OutOfOrder(current)
    if (fault := _fault(draft, is_first=current is None)) is not None:
        return CannotBeShown(fault)
    with decision(by=by, why=why, what="Published", about=draft):
        draft.published_at = draft.required_from = database_time()
        draft.save(update_fields=["published_at", "required_from"])
    return Published(draft)


def _fault(draft: Agreement, *, is_first: bool) -> str | None:
    """What would make this a version that nobody could read or sign."""
    if not draft.title.strip() or not draft.text.strip():
        return "Title and text may not be empty."
    if not is_first and not draft.summary_of_changes.strip():
        return "Say in the summary what is different: clients who signed before are shown it."
    try:
        agreement_blocks(draft.text)
    except UnsupportedMarkdown as fault:
        return str(fault)
    return None
