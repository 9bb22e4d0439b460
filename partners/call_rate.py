"""Limit how often a key may call, and how many of its calls are handled at once."""

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
# The share of the database connections that one key may use; the rest stay free for other keys.
SHARE = 0.5
LONGEST_WAIT = 4.0  # seconds; the same as other requests wait for a connection
SECONDS_FOR_A_PLACE = 1.0  # to wait before the next try, when every place is taken


@dataclass(slots=True)
class Calls:
    """One key's token bucket, its calls in hand, and its share of the connections."""

    filled_at: float
    tokens: float = field(default_factory=lambda: float(BURST * settings.CALLS_A_SECOND))
    in_hand: int = 0
    connections: Semaphore = field(default_factory=lambda: Semaphore(_share()))

    def begin(self, *, now: float) -> float | None:
        """Count a call in and return None, or return how many seconds to wait. A limit of 0 means no limit."""
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


# By id of the key. Only keys that exist get in, so callers cannot fill it up. Each process counts for itself: several
# processes admit several times as much, but no call waits for a shared counter.
_calls: dict[int, Calls] = {}
_lock = Lock()


class CallRate(BaseThrottle):
    """Refuses calls over the limit before reading their body, so that one partner's runaway loop harms no other."""

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call in until its answer is sent; False over the limit. Calls without a key are not counted."""
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
            _ = request.data  # read a body that is slow to arrive now, before taking a connection
        return self._has_a_connection(calls.connections, cast("Operation", view))

    def _has_a_connection(self, connections: Semaphore, view: Operation) -> bool:
        """Take one of the key's connections, holding none while waiting; False if none becomes free in time."""
        if not connections.acquire(blocking=False):
            give_connections_back()
            if not connections.acquire(timeout=LONGEST_WAIT):
                self._seconds = SECONDS_FOR_A_PLACE
                return False
        view.at_the_end.callback(connections.release)
        return True

    @override
    def wait(self) -> float | None:
        """The seconds for Retry-After; None if the call was admitted."""
        return self._seconds


def _end(key_id: int) -> None:
    with _lock:
        _calls[key_id].in_hand -= 1
