"""Advisory locks on what has no row yet: a tenant id, an address. Taken before any row is locked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection

from edge.patience import patience
from partners.models import ReferralPartner

SECONDS_FOR_A_NAME = 10.0
# The ORM has no advisory locks.
TAKE_THOSE_BEFORE_ONE_THAT_IS_TAKEN = """
SELECT key FROM unnest(%s::bigint[]) AS key WHERE NOT pg_try_advisory_xact_lock(key) LIMIT 1
"""


def tenant_lock(partner: ReferralPartner, external_tenant_id: str) -> str:
    """The name of the lock on a partner's tenant id."""
    return f"tenant:{partner.pk}:{external_tenant_id}"


def take_advisory_locks(names: Iterable[str]) -> None:
    """
    Lock each of these names until the transaction ends, always in the same order, so that calls do not deadlock.

    The wait for them is longer than for a row: many calls may share one address (an import that names the bookkeeper as
    everybody's user), and each holds its lock only briefly. The first statement takes all up to the first that is not
    free; a second waits for that one and the rest.
    """
    keys = sorted({advisory_key(name) for name in names})
    with connection.cursor() as cursor:
        cursor.execute(TAKE_THOSE_BEFORE_ONE_THAT_IS_TAKEN, [keys])
        if cursor.fetchone() is None:
            return
        with patience(SECONDS_FOR_A_NAME):
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def advisory_key(name: str) -> int:
    """PostgreSQL's key for the lock of this name, a signed 64-bit number."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
