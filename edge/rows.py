"""Rows from plain SQL, for queries of every call: the ORM takes longer to build them than PostgreSQL to answer."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from inspect import signature
from typing import Any, LiteralString, Protocol

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from psycopg.sql import SQL, Composable, Identifier


class Part[T](Protocol):
    """Columns of a SELECT that are read as one value."""

    sql: Composable
    width: int

    def read(self, values: Sequence[Any]) -> T:
        """Make the value of what its columns hold; there are `width` of them."""


class Columns[M: Model]:
    """
    The columns of a model, read as an instance of it.

    They are named one by one: `SELECT *` breaks prepared statements when a release adds a column.
    """

    def __init__(self, model: type[M], alias: str, *, without: Container[str] = ()) -> None:
        """The fields in `without` are deferred: loaded when they are first read."""
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.sql: Composable = SQL(", ").join([Identifier(alias, field.db_column or field.attname) for field in fields])
        self.width = len(fields)
        self._model = model
        self._names = [field.attname for field in fields]

    def read(self, values: Sequence[Any]) -> M:
        """Make an instance of the model."""
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)


class Together[T]:
    """Columns that several statements share, read as a `row`, which has a parameter for each column."""

    def __init__(self, row: Callable[..., T], sql: LiteralString) -> None:
        self.sql: Composable = SQL(sql)
        self.width = len(signature(row).parameters)
        self._row = row

    def read(self, values: Sequence[Any]) -> T:
        """Make a `row` of the values."""
        return self._row(*values)


class Statement[Row]:
    """
    A statement in plain SQL, whose rows are read as `row`, which has a parameter for each column, in order.

    A part with the name of a parameter is read from its columns as one value. Other parts, and pieces of SQL that
    several statements share, are only filled in.
    """

    def __init__(self, row: Callable[..., Row], text: LiteralString, **parts: Part[Any] | Composable) -> None:
        filled = {name: part if isinstance(part, Composable) else part.sql for name, part in parts.items()}
        self.sql = SQL(text).format(**filled).as_string() if parts else text
        self._row = row
        self._reads: list[tuple[Callable[[Any], Any] | None, int | slice]] = []
        at = 0
        for name in signature(row).parameters:
            part = parts.get(name)
            if part is None or isinstance(part, Composable):
                self._reads.append((None, at))
                at += 1
            else:
                self._reads.append((part.read, slice(at, at + part.width)))
                at += part.width
        self._width = at

    def ask(self, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
        """Run the statement and return its rows; raises TypeError if the number of columns does not fit `row`."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            return [self._named(values) for values in cursor.fetchall()]

    def _named(self, values: Sequence[Any]) -> Row:
        if len(values) != self._width:
            raise TypeError(f"{len(values)} columns for {self._width}")
        return self._row(*[read(values[where]) if read else values[where] for read, where in self._reads])
