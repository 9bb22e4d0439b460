"""Limit failed sign-ins: per account and address, per account, and per network (docs/adr/0014)."""

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
PER_ADDRESS = 5  # for one account, from one IP address or from one browser known to the account
PER_ACCOUNT = 10  # for one account, from all browsers not known to it
PER_NETWORK = 10  # for all accounts, from one network, in browsers not known to them


class ClosedForAWhile(Exception):
    """Signing in has failed too often: the attempt was refused unchecked, or was wrong and the last one allowed."""


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from; `browser` is set only if somebody signed in to the account with it before."""

    address: str | None
    network: str
    browser: str | None


@contextmanager
def throttled(*, name: str, origin: Origin, at: datetime) -> Iterator[None]:
    """
    Count the block as a failed attempt; if it raises nothing, clear the account's failures from the same origin.

    The attempt is counted before it is checked, so that guessing in parallel allows no more guesses than one by one.
    Raises ClosedForAWhile, before the block where the limit was reached already, or after the last attempt failed.
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
    """Record an attempt and say whether it is the last one allowed; raise ClosedForAWhile if there were too many."""
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
    """Failures for this account from this browser, if it is known to the account, else from this IP address."""
    if origin.browser is not None:
        return FailedSignIn.objects.filter(name=name, browser=origin.browser)
    return FailedSignIn.objects.filter(name=name, address=origin.address, browser="")


def _one_at_a_time(keys: set[str]) -> None:
    """Lock, since two attempts at once could both count as the last. Sorted, so that nothing deadlocks."""
    with connection.cursor() as cursor:  # no table, so not a query for the ORM
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
