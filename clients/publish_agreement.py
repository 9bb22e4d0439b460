"""Publish a version of the agreement: from then on it is what clients sign, and nobody can change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count

from clients.agreement_text import UnsupportedMarkdown, agreement_blocks
from clients.models import Agreement, ReferralPartnerClientLink
from clients.models.agreement_selections import CURRENT, SIGN_AGAIN, stands_so
from edge.clock import database_time
from staff.decision import decision
from staff.models import Staff

PUBLISHING = 0x5DCA  # key of the advisory lock; there is only one agreement, so one key is enough


@dataclass(frozen=True)
class Published:
    """The version is now the current one."""

    agreement: Agreement


@dataclass(frozen=True)
class PublishedBefore:
    """Somebody had already published it; nothing changed."""


@dataclass(frozen=True)
class OutOfOrder:
    """A version with a higher number is already published; nothing changed."""

    current: Agreement


@dataclass(frozen=True)
class CannotBeShown:
    """The text, the title or the summary is missing or cannot be shown; nothing changed."""

    why: str


@dataclass(frozen=True)
class RequiredTooEarly:
    """It cannot be required before `earliest`; nothing changed."""

    earliest: datetime


@dataclass(frozen=True)
class Effect:
    """What publishing a material version would mean for those who have signed an earlier one."""

    clients: int  # that would have to sign again
    partners: int  # that brought these clients
    waiting: int  # clients that must already sign again


type PublishingOutcome = Published | PublishedBefore | OutOfOrder | CannotBeShown | RequiredTooEarly


def hold_publishing(*, shared: bool) -> None:
    """
    Lock the current version until the transaction ends: nothing else becomes current meanwhile.

    Signing takes the lock shared, so that signers do not wait for each other; publishing takes it exclusively.
    """
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:  # the ORM has no advisory locks
        cursor.execute(f"SELECT {lock}(%s::bigint)", [PUBLISHING])


def effect_of_publishing(*, at: datetime) -> Effect:
    """Count the clients that a new material version would make sign again. Two statements, however many there are."""
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
    Publish a draft: clients sign it from now on, and those who signed an earlier one must sign it by `required_from`.

    Without `required_from` they must do so at once. A second call changes nothing. The moment of publication is taken
    from the database's clock while nobody can sign, so it is after every signature of the previous version and not
    after any of this one, whatever the clocks of web servers say.
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
    # Nobody has to sign a version that is not material: it gets the earliest date that the order of versions allows.
    draft.required_from = (required_from if draft.is_material else None) or earliest
    if draft.required_from < earliest:
        return RequiredTooEarly(earliest)
    with decision(by=by, why=why, what="Published", about=draft):
        draft.save(update_fields=["published_at", "required_from"])
    return Published(draft)


def _earliest(draft: Agreement, before: Agreement | None) -> datetime:
    """Not before its publication, and not before the previous version is required (product-rules 4.7)."""
    moments = [draft.published_at, before.required_from if before else None]
    return max(moment for moment in moments if moment is not None)


def _fault(draft: Agreement, *, is_first: bool) -> str | None:
    """What would keep people from reading or signing this version, in words for staff; None if nothing does."""
    if not draft.title.strip() or not draft.text.strip():
        return "Title and text may not be empty."
    if not is_first and not draft.summary_of_changes.strip():
        return "Say in the summary what is different: clients who signed before are shown it."
    try:
        agreement_blocks(draft.text)
    except UnsupportedMarkdown as fault:
        return str(fault)
    return None
