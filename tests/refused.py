"""What the database refuses, at once or at the commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction


@contextmanager
def refused(rule: str) -> Iterator[None]:
    """The block breaks this rule, and nothing of it stays."""
    with pytest.raises(DatabaseError, match=rule), _committed():
        yield


@contextmanager
def _committed() -> Iterator[None]:
    with transaction.atomic():
        yield
        check_now()


def check_now() -> None:
    """Check what waits for the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
