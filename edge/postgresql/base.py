"""The backend, in the module where Django looks for it by the name of the engine."""

from __future__ import annotations

from types import TracebackType
from typing import Any, override

from django.db.backends.postgresql import base, schema
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.utils.asyncio import async_unsafe

from edge.postgresql.connections import Connections
from edge.postgresql.functions import CLOSE_FUNCTIONS

_connections: dict[str, Connections] = {}


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Closes the functions that a migration has made, at its end and in its transaction."""

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them last; a migration that fails has made none."""
        self.deferred_sql.append(CLOSE_FUNCTIONS)
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """
    Django's own, which can share connections.

    With `SHARED_CONNECTIONS` set, a request takes a connection when it first needs one and gives it back at its end.
    """

    SchemaEditorClass = DatabaseSchemaEditor

    @override
    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Take one of the shared connections, or make one if they are not shared."""
        if (shared := self._shared()) is None:
            return super().get_new_connection(conn_params)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return shared.take(conn_params)

    def _close(self) -> None:
        """Give the connection back if it is shared; Django's `close` calls this."""
        if self.connection is None:
            return
        with self.wrap_database_errors:
            if (shared := self._shared()) is None:
                self.connection.close()
                return
            shared.give_back(self.connection)
            self.connection = None

    def _shared(self) -> Connections | None:
        size = self.settings_dict.get("SHARED_CONNECTIONS")
        return None if size is None else _connections.setdefault(self.alias, Connections(size))
