"""Locks on what has no row yet: a tenant id, an address. Taken before any row's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection

from edge.patience import patience
from partners.models import ReferralPartner

SECONDS_FOR_A_NAME = 10.0
# Locks are of no table, which the ORM would want.
TAKE_THOSE_BEFORE_ONE_THAT_IS_TAKEN = """
SELECT key FROM unnest(%s::bigint[]) AS key WHERE NOT pg_try_advisory_xact_lock(key) LIMIT 1
"""


def tenant_lock(partner: ReferralPartner, external_tenant_id: str) -> str:
    """The name of the lock on what a partner's id stands for."""
    return f"tenant:{partner.pk}:{external_tenant_id}"


def take_advisory_locks(names: Iterable[str]) -> None:
    """
    Hold a lock for each name until the transaction ends, taken in one order whatever order they are given in.

    Many calls may be about one address (an import that names the bookkeeper as everybody's user), and each holds it
    only as long as it works: so it is waited for longer than a row, up to the first that is not free in one statement.
    """
    keys = sorted({advisory_key(name) for name in names})
    with connection.cursor() as cursor:
        cursor.execute(TAKE_THOSE_BEFORE_ONE_THAT_IS_TAKEN, [keys])
        if cursor.fetchone() is None:
            return
        with patience(SECONDS_FOR_A_NAME):
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def advisory_key(name: str) -> int:
    """The number under which PostgreSQL knows a lock of this name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
