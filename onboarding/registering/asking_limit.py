"""
Limit how many companies that we know a partner may be told of (product-rules 3.6).

A 409 reveals that an address is a client's, so a partner that tries many could find out who our clients are. New
companies are always created: they must not stop an import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Max
from django.utils.crypto import salted_hmac

from clients.models import Client, Held, LinkRequest, ReferralPartnerClientLink
from onboarding.models import ONE_DAY, AskedFor, AskingLimitReached
from onboarding.registering.locks import take_advisory_locks
from onboarding.tasks import tell_support_of_asking
from partners.models import ReferralPartner


def note_asking(
    partner: ReferralPartner, matched: Sequence[Client], held: Collection[Held], keys: Sequence[str], *, at: datetime
) -> timedelta | None:
    """
    Count what a 409 would tell the partner about these clients; return how long it must wait if that is too much.

    The clients' rows are locked. Each company counts once in 24 hours. The partner's own clients do not count, nor do
    those with an open link request from it. But whoever sends such an address along with others learns whether those
    are known, so together the others count as one, unless this repeats the call that made the request.
    """
    requests = list(LinkRequest.objects.open().filter(partner=partner, client__in=matched))
    links = ReferralPartnerClientLink.objects.active().filter(partner=partner, client__in=matched)
    own = {*links.values_list("client", flat=True), *(each.client_id for each in requests)}
    asked = {hash_of(str(client.pk)) for client in matched if client.pk not in own}
    others = sorted(set(keys) - {each.address for each in held if each.client_id in own})
    if not asked and others and hash_of_addresses(keys) not in {each.asked_with for each in requests}:
        asked = {hash_of_addresses(others)}
    return _count(partner, asked, at=at)


def note_typed(partner: ReferralPartner, client: Client, taken: Iterable[str], *, at: datetime) -> timedelta | None:
    """Count what the pages of the partner's client, whose row is locked, would reveal of other clients' addresses."""
    return _count(partner, {hash_of(f"{client.pk} {address}") for address in taken}, at=at, on_pages_of=client)


def _count(
    partner: ReferralPartner, asked: set[str], *, at: datetime, on_pages_of: Client | None = None
) -> timedelta | None:
    if not asked:
        return None
    take_advisory_locks([f"asking:{partner.pk}"])
    today = AskedFor.objects.of_the_last_day(partner)
    asked -= set(today.filter(what__in=asked).values_list("what", flat=True))
    before, limit = today.count(), partner.asking_limit_at(at) or settings.KNOWN_COMPANIES_A_DAY
    if asked and before + len(asked) > limit:
        _tell(partner, at, companies=before, refused=1)
        return _until_there_is_room(partner, before + len(asked) - limit, at)
    AskedFor.objects.filter(partner=partner).exclude(pk__in=today).delete()
    AskedFor.objects.bulk_create([AskedFor(partner=partner, client=on_pages_of, what=what) for what in asked])
    if asked and before + len(asked) >= settings.KNOWN_COMPANIES_TOLD_AT:
        _tell(partner, at, companies=before + len(asked), refused=0)
    return None


def _tell(partner: ReferralPartner, at: datetime, *, companies: int, refused: int) -> None:
    """Record it for support; mail them when the partner first gets this far today, and when it is first stopped."""
    reached, is_new = AskingLimitReached.objects.get_or_create(partner=partner, day=at.date())
    AskingLimitReached.objects.filter(pk=reached.pk).update(companies=companies, refused=F("refused") + refused)
    if is_new or (refused and not reached.refused):
        tell_support_of_asking.defer(reached_id=reached.pk, is_stopped=bool(refused))


def _until_there_is_room(partner: ReferralPartner, too_many: int, at: datetime) -> timedelta:
    """How long until this many of the counted ones are a day old."""
    oldest = AskedFor.objects.of_the_last_day(partner).order_by("asked_at")[:too_many]
    last = oldest.aggregate(last=Max("asked_at"))["last"] or at
    return max(last + ONE_DAY - at, timedelta(seconds=1))


def hash_of_addresses(keys: Iterable[str]) -> str:
    """Stored in place of these addresses, whatever their order."""
    return hash_of(" ".join(sorted(keys)))


def hash_of(what: str) -> str:
    """Stored in place of what is counted."""
    return salted_hmac("onboarding.AskedFor", what, algorithm="sha256").hexdigest()
