"""Rows from plain SQL, for what every call asks: the ORM takes longer to build it than PostgreSQL to answer."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, LiteralString

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from psycopg.sql import SQL, Composable, Composed, Identifier


class Columns[M: Model]:
    """
    The columns of a model: named in a SELECT, and a row of the model made of what comes back for them.

    Named one by one, for `SELECT *` breaks prepared statements when a release adds a column.
    """

    def __init__(self, model: type[M], alias: str, *, without: Container[str] = ()) -> None:
        """Fields that are left out are loaded should they be asked for."""
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.sql: Composed = SQL(", ").join([Identifier(alias, field.db_column or field.attname) for field in fields])
        self._model = model
        self._names = [field.attname for field in fields]

    def take(self, values: Iterator[Any]) -> M:
        """Make a row of the next values."""
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, list(islice(values, len(self._names))))


def statement(text: LiteralString, **parts: Columns[Any] | Composable) -> str:
    """Fill in columns, and pieces of SQL that several statements share."""
    sql = {name: part.sql if isinstance(part, Columns) else part for name, part in parts.items()}
    return SQL(text).format(**sql).as_string()


def ask(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Iterator[Any]]:
    """Run a statement; its rows, of each the values that are still to be taken."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [iter(row) for row in cursor.fetchall()]
