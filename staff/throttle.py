"""How often signing in may fail: by account and address, by account, and by network (docs/adr/0014)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from staff.models import LONGEST_NAME, FailedSignIn, sign_in_name

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 5  # of one account, from one address or from one browser that knows it
PER_ACCOUNT = 10  # of one account, from wherever it is not known
PER_NETWORK = 10  # of whichever accounts, from where they are not known


class ClosedForAWhile(Exception):
    """Signing in has failed too often; nothing was looked at."""


@dataclass(frozen=True)
class Origin:
    """Where somebody tries from; `browser` is its name if the account was signed in to there before."""

    address: str | None
    network: str
    browser: str | None


@contextmanager
def throttled(*, name: str, origin: Origin, at: datetime) -> Iterator[None]:
    """
    Count what is tried in the block as a failure, and forget it if nothing was wrong.

    It is counted before it is judged, so that guesses in parallel are as few as guesses one after another.
    """
    tried, is_last = _count(sign_in_name(name)[:LONGEST_NAME], origin, at)
    try:
        yield
    except ValidationError:
        if is_last:
            raise ClosedForAWhile
        raise
    _own(tried.name, origin).filter(at__gt=at - WINDOW).delete()


@transaction.atomic
def _count(name: str, origin: Origin, at: datetime) -> tuple[FailedSignIn, bool]:
    """Note a try, and say whether it is the last for now; refuse it where there were too many."""
    _one_at_a_time({f"sign-in:{name}", f"sign-in:{origin.network}"})
    young = Q(at__gt=at - WINDOW)
    left = [PER_ADDRESS - _own(name, origin).filter(young).count()]
    if origin.browser is None:
        account, neighbours = Q(name=name), Q(network=origin.network) & ~Q(network="")
        failed = FailedSignIn.objects.filter(young, account | neighbours, browser="").aggregate(
            account=Count("pk", filter=account), network=Count("pk", filter=neighbours)
        )
        left += [PER_ACCOUNT - failed["account"], PER_NETWORK - failed["network"]]
    if min(left) <= 0:
        raise ClosedForAWhile
    facts = {"name": name, "address": origin.address, "network": origin.network, "browser": origin.browser or ""}
    return FailedSignIn.objects.create(at=at, **facts), min(left) == 1


def _own(name: str, origin: Origin) -> QuerySet[FailedSignIn]:
    """What went wrong with this account in this browser, or else at this address."""
    if origin.browser is not None:
        return FailedSignIn.objects.filter(name=name, browser=origin.browser)
    return FailedSignIn.objects.filter(name=name, address=origin.address, browser="")


def _one_at_a_time(keys: set[str]) -> None:
    """Two at once could both be the last. Sorted, so no deadlock."""
    with connection.cursor() as cursor:  # of no table, which the ORM would want
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
