"""Connections of the web process: its requests share them, and none waits long for a server that does not answer."""

from __future__ import annotations

import select
from collections import deque
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any, override

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

# All in seconds. The server ends statements after four (settings.WEB_TIMEOUTS); one that has not done so is hanging.
PATIENCE = 5.0
PATIENCE_OF_A_CHECK = 1.0
WAIT_FOR_A_PLACE = 4.0
TRUSTED_FOR = 5.0
LEFT_ALONE_FOR = 1.0
KEPT_UNUSED_FOR = 600.0
LIFE = 3600.0


class Connection(psycopg.Connection[Any]):
    """A connection that is given up when the server is silent for too long; what it did last is then unknown."""

    patience = PATIENCE
    was_given_up = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.born_at = self.used_at = monotonic()

    @override
    def wait[R](self, gen: PQGen[R], interval: float = 0.1, timeout: float | None = None) -> R:
        """Wait up to `patience` seconds: neither TCP's time-outs nor a unix socket notice a server that is frozen."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.was_given_up = True
                self.pgconn.finish()
            raise

    def is_well(self) -> bool:
        """Whether it can be used again; asks the server only in case of doubt."""
        if self.closed:
            return False
        has_been_used = monotonic() - self.used_at < TRUSTED_FOR
        if has_been_used and not self._has_something_to_say():
            return True
        self.patience = PATIENCE_OF_A_CHECK
        try:
            self.execute("")
        except psycopg.OperationalError:
            return False
        self.patience = PATIENCE
        return True

    def _has_something_to_say(self) -> bool:
        """Whether there is something to read; on an idle connection that means that the server has ended it."""
        listening = select.poll()
        listening.register(self.pgconn.socket, select.POLLIN)
        return bool(listening.poll(0))


class Connections:
    """
    At most `size` connections, each used by one request at a time.

    A request that needs a new one opens it itself, so it learns at once what is wrong, and the first request after an
    outage succeeds. While the database is away, one request at a time tries to connect; the others fail at once. A
    server that accepted a connection and stayed silent is left alone for a second, so no request waits for it twice.
    """

    def __init__(self, size: int) -> None:
        self._places = BoundedSemaphore(size)
        self._idle: deque[Connection] = deque()
        self._lock = Lock()
        self._is_away = False
        self._trying = Lock()
        self._silent_at = -LEFT_ALONE_FOR

    def take(self, parameters: dict[str, Any]) -> Connection:
        """Return a connection that works; psycopg's OperationalError if none is free or the database is away."""
        if not self._places.acquire(timeout=WAIT_FOR_A_PLACE):
            raise psycopg.OperationalError(f"no connection became free within {WAIT_FOR_A_PLACE} seconds")
        try:
            self._leave_a_silent_server_alone()
            return self._idle_one() or self._connect(parameters)
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: Connection) -> None:
        """Keep the connection for the next request, unless it is broken, in the middle of something, or old."""
        try:
            if connection.was_given_up:
                self._silent_at = monotonic()
            self._keep(connection)
        finally:
            self._places.release()

    def _leave_a_silent_server_alone(self) -> None:
        if monotonic() - self._silent_at < LEFT_ALONE_FOR:
            raise psycopg.OperationalError("the database said nothing a moment ago")

    def _idle_one(self) -> Connection | None:
        first = self._newest()
        if first is None or first.is_well():
            return first
        # What ended or silenced one of them (a restart, a failover, a cut line) has probably done so to all.
        connection: Connection | None = first
        while connection is not None:
            connection.close()
            connection = self._newest()
        if first.was_given_up:
            self._silent_at = monotonic()
            self._leave_a_silent_server_alone()
        return None

    def _newest(self) -> Connection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _connect(self, parameters: dict[str, Any]) -> Connection:
        if not self._is_away:
            return self._try_to_connect(parameters)
        if not self._trying.acquire(blocking=False):
            raise psycopg.OperationalError("the database is away, and another request is trying to connect")
        try:
            return self._try_to_connect(parameters)
        finally:
            self._trying.release()

    def _try_to_connect(self, parameters: dict[str, Any]) -> Connection:
        try:
            connection = Connection.connect(**parameters)
        except psycopg.OperationalError as fault:
            self._is_away = True
            if isinstance(fault, psycopg.errors.ConnectionTimeout):
                self._silent_at = monotonic()
            raise
        self._is_away = False
        return connection

    def _keep(self, connection: Connection) -> None:
        now = monotonic()
        is_idle = connection.pgconn.transaction_status == TransactionStatus.IDLE and connection.autocommit
        if not is_idle or now - connection.born_at > LIFE:
            connection.close()
            return
        connection.used_at = now
        with self._lock:
            self._idle.append(connection)
            oldest = self._idle.popleft() if now - self._idle[0].used_at > KEPT_UNUSED_FOR else None
        if oldest is not None:
            oldest.close()
