"""Django's PostgreSQL with connections of its own for the web process; `ENGINE` in the settings names this package."""

from __future__ import annotations

from typing import Any, override

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.utils.asyncio import async_unsafe

from debitura.edge.postgresql.connections import Connection, Connections

_connections: dict[str, Connections] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a connection when a request first needs one, and gives it back at its end."""

    @override
    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Take one out of those that are shared."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return self._shared().take(conn_params)

    def _close(self) -> None:
        if self.connection is not None:
            self._shared().give_back(self.connection)
            self.connection = None

    def _shared(self) -> Connections:
        return _connections.setdefault(self.alias, Connections(self.settings_dict["SHARED_CONNECTIONS"]))
