"""How often a key may call, and how many of its calls are worked on at once."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from threading import Lock, Semaphore
from time import monotonic
from typing import TYPE_CHECKING, cast, override

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from edge.patience import give_connections_back
from partners.models import ApiKey

if TYPE_CHECKING:  # rest_framework.views imports this module
    from rest_framework.views import APIView

    from edge.operation import Operation

BURST = 2  # seconds' worth of calls that may come at once
# Of the connections to the database, what one key can have: the others are for the others.
SHARE = 0.5
LONGEST_WAIT = 4.0  # seconds; as long as anybody waits for a connection
SECONDS_FOR_A_PLACE = 1.0


@dataclass(slots=True)
class Calls:
    """Those of one key: what its bucket holds, and how many are being worked on."""

    filled_at: float
    tokens: float = field(default_factory=lambda: float(BURST * settings.CALLS_A_SECOND))
    in_hand: int = 0
    connections: Semaphore = field(default_factory=lambda: Semaphore(_share()))

    def begin(self, *, now: float) -> float | None:
        """Count a call in, or say in how many seconds it may try again; a limit of 0 is none."""
        if settings.CALLS_AT_ONCE and self.in_hand >= settings.CALLS_AT_ONCE:
            return SECONDS_FOR_A_PLACE
        if rate := settings.CALLS_A_SECOND:
            self.tokens = min(BURST * rate, self.tokens + (now - self.filled_at) * rate)
            self.filled_at = now
            if self.tokens < 1:
                return (1 - self.tokens) / rate
            self.tokens -= 1
        self.in_hand += 1
        return None


def _share() -> int:
    shared: int = settings.DATABASES["default"].get("SHARED_CONNECTIONS", 0) or sys.maxsize
    return max(1, int(shared * SHARE))


# By the id of the key, and only of keys that exist: nobody can fill it. Each process counts for itself, so several of
# them let through several times as much; no call waits for a count that all of them share.
_calls: dict[int, Calls] = {}
_lock = Lock()


class CallRate(BaseThrottle):
    """Refuses a call before its body is read: a mistake in a partner's loop takes nothing from the others."""

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call of a key in until its answer is sent."""
        if not isinstance(request.auth, ApiKey):
            return True
        key_id = request.auth.pk
        now = monotonic()
        with _lock:
            calls = _calls.get(key_id) or _calls.setdefault(key_id, Calls(now))
            self._seconds = calls.begin(now=now)
        if self._seconds is not None:
            return False
        cast("Operation", view).at_the_end.callback(_end, key_id)
        if request.method == "POST":
            _ = request.data  # who is slow to send it waits without a connection, and so without a part of the share
        return self._has_a_connection(calls.connections, cast("Operation", view))

    def _has_a_connection(self, connections: Semaphore, view: Operation) -> bool:
        """Wait, without one, for a connection out of the key's share."""
        if not connections.acquire(blocking=False):
            give_connections_back()
            if not connections.acquire(timeout=LONGEST_WAIT):
                self._seconds = SECONDS_FOR_A_PLACE
                return False
        view.at_the_end.callback(connections.release)
        return True

    @override
    def wait(self) -> float | None:
        """Say in how many seconds."""
        return self._seconds


def _end(key_id: int) -> None:
    with _lock:
        _calls[key_id].in_hand -= 1
