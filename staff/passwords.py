"""How staff passwords are hashed."""

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
    Argon2id, at a cost that a web process can afford: 32 MiB and about 60 ms of CPU per attempt.

    Each process hashes only a few at once; the others wait without holding a database connection, so that flooding the
    sign-in page does not slow the API down. Older PBKDF2 hashes still work, and are replaced at the next sign-in.
    """

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1

    @override
    def encode(self, password: str, salt: str) -> str:
        """Hash a password; raises a 503 if too busy. Django hashes for unknown accounts too, so both take as long."""
        with _a_place():
            return str(super().encode(password, salt))

    @override
    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with its hash; raises a 503 if this process is too busy."""
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
