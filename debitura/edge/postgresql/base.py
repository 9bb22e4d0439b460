"""The backend, as Django finds it by the engine's name."""

from types import TracebackType

from django.db.backends.postgresql import base, schema

from debitura.edge.postgresql.functions import CLOSE_FUNCTIONS


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Ends each migration, in its own transaction, with the closing of the functions that it made."""

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them last; a migration that fails has made none."""
        self.deferred_sql.append(CLOSE_FUNCTIONS)
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Django speaks to it."""

    SchemaEditorClass = DatabaseSchemaEditor
