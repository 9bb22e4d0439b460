"""Rows from plain SQL, for what every call asks: the ORM takes longer to build it than PostgreSQL to answer."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from inspect import signature
from typing import Any, LiteralString, Protocol

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from psycopg.sql import SQL, Composable, Identifier


class Part[T](Protocol):
    """Some columns of a SELECT that belong together, and what is made of their values."""

    sql: Composable
    width: int

    def read(self, values: Sequence[Any]) -> T:
        """Make it of as many values as it is wide."""


class Columns[M: Model]:
    """
    The columns of a model, and a row of the model made of what comes back for them.

    Named one by one, for `SELECT *` breaks prepared statements when a release adds a column.
    """

    def __init__(self, model: type[M], alias: str, *, without: Container[str] = ()) -> None:
        """Fields that are left out are loaded should they be asked for."""
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.sql: Composable = SQL(", ").join([Identifier(alias, field.db_column or field.attname) for field in fields])
        self.width = len(fields)
        self._model = model
        self._names = [field.attname for field in fields]

    def read(self, values: Sequence[Any]) -> M:
        """Make a row of the model."""
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)


class Together[T]:
    """Columns that several statements share, and what their values are, by the names that `row` has for them."""

    def __init__(self, row: Callable[..., T], sql: LiteralString) -> None:
        self.sql: Composable = SQL(sql)
        self.width = len(signature(row).parameters)
        self._row = row

    def read(self, values: Sequence[Any]) -> T:
        """Give the values their names."""
        return self._row(*values)


class Statement[Row]:
    """
    Plain SQL, and what a row of its answer is: `row` has a parameter for each column, in their order.

    Where a part is called as a parameter, that is what the part makes of its columns. Other parts, and pieces of SQL
    that several statements share, are just filled in.
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
        """Run it; its rows. TypeError if they have not as many columns as `row` has places for."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            return [self._named(values) for values in cursor.fetchall()]

    def _named(self, values: Sequence[Any]) -> Row:
        if len(values) != self._width:
            raise TypeError(f"{len(values)} columns for {self._width}")
        return self._row(*[read(values[where]) if read else values[where] for read, where in self._reads])
