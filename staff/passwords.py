"""How passwords of staff are kept."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import override

from django.contrib.auth.hashers import Argon2PasswordHasher

from edge.errors import RETRY_AFTER_SECONDS, standard
from edge.patience import give_connections_back

AT_ONCE = 2
LONGEST_WAIT = 2.0  # seconds
_places = threading.BoundedSemaphore(AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """
    Argon2id, at a price that a thread of the web process can pay: 32 MiB and about 60 ms of a CPU for each try.

    A few at once in a process, and the others wait without a connection to the database: whoever floods the sign-in
    page keeps nobody from the API. Those kept by PBKDF2 before are verified still, and kept anew at the next sign-in.
    """

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1

    @override
    def encode(self, password: str, salt: str) -> str:
        """Make what is kept; who is no colleague costs as much as who is one."""
        with _a_place():
            return str(super().encode(password, salt))

    @override
    def verify(self, password: str, encoded: str) -> bool:
        """Compare; raises the 503 of a process that is too busy."""
        with _a_place():
            return bool(super().verify(password, encoded))


@contextmanager
def _a_place() -> Iterator[None]:
    give_connections_back()
    if not _places.acquire(timeout=LONGEST_WAIT):
        raise standard(503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    try:
        yield
    finally:
        _places.release()
