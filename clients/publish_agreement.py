"""Publish a version of the agreement: from then on it is what clients sign, and nobody can change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count

from clients.agreement_text import UnsupportedMarkdown, agreement_blocks
from clients.models import Agreement, ReferralPartnerClientLink
from clients.models.agreement_facts import CURRENT, SIGN_AGAIN, stands_so
from edge.clock import database_time
from staff.decision import decision
from staff.models import Staff

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


@dataclass(frozen=True)
class RequiredTooEarly:
    """It cannot be required before this moment; nothing changed."""

    earliest: datetime


@dataclass(frozen=True)
class Effect:
    """What publishing a material version would mean for those who have signed an earlier one."""

    clients: int  # that must sign again, each with its link
    partners: int  # that they came through
    waiting: int  # clients that must sign again already


type PublishingOutcome = Published | PublishedBefore | OutOfOrder | CannotBeShown | RequiredTooEarly


def hold_publishing(*, shared: bool) -> None:
    """
    Keep the current version what it is until the transaction ends.

    Signers share the lock, so that they do not wait for each other; who publishes has it alone.
    """
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:  # of no table, which the ORM would want
        cursor.execute(f"SELECT {lock}(%s::bigint)", [PUBLISHING])


def effect_of_publishing(*, at: datetime) -> Effect:
    """Count whom a new material version would ask to sign again; two statements, however many there are."""
    links = ReferralPartnerClientLink.objects.active()
    links = links.filter(client__withdrawn_at=None, client__erased_at=None).order_by()
    conditions = stands_so(at=at, client="client", name="client__name")
    asked = links.filter(conditions[CURRENT]).aggregate(clients=Count("pk"), partners=Count("partner", distinct=True))
    waiting = links.filter(conditions[SIGN_AGAIN]).count()
    return Effect(**asked, waiting=waiting)


@transaction.atomic
def publish_agreement(
    *, agreement: Agreement, by: Staff, why: str, required_from: datetime | None = None
) -> PublishingOutcome:
    """
    Publish a draft: clients sign it from now on, and those who signed before must have done so by `required_from`.

    Without one, at once. Publishing again changes nothing. The moment of publication is the database's, once nobody
    signs: after every signature of the version before, and no later than any of this one, whatever the clocks of web
    servers say.
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
    draft.published_at = database_time()
    earliest = _earliest(draft, current)
    # Nobody must sign what is not material, so its date is only what the order of versions asks for.
    draft.required_from = (required_from if draft.is_material else None) or earliest
    if draft.required_from < earliest:
        return RequiredTooEarly(earliest)
    with decision(by=by, why=why, what="Published", about=draft):
        draft.save(update_fields=["published_at", "required_from"])
    return Published(draft)


def _earliest(draft: Agreement, before: Agreement | None) -> datetime:
    """Not before it is published, and not before the version before it is required (product-rules 4.7)."""
    moments = [draft.published_at, before.required_from if before else None]
    return max(moment for moment in moments if moment is not None)


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
