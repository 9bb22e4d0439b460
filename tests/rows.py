"""The whole database as one value, to show that nothing changed."""

from __future__ import annotations

from django.db import connection


def everything() -> dict[str, tuple[int, str]]:
    """For each table how many rows it has, and a digest of all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(map(_digest, tables)))
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


def everything_but_keys() -> dict[str, tuple[int, str]]:
    """The same without the keys, of which the use is written down."""
    return {table: rows for table, rows in everything().items() if table != "partners_apikey"}


def everything_but_tries() -> dict[str, tuple[int, str]]:
    """The same without what counts addresses of others that a client has tried."""
    return {table: rows for table, rows in everything().items() if table != "onboarding_matchedaddress"}


def _digest(table: str) -> str:
    rows = "string_agg(md5(t::text), '' ORDER BY md5(t::text) COLLATE \"C\")"
    return f"SELECT '{table}', count(*), coalesce(md5({rows}), '') FROM \"{table}\" AS t"


def tables_with(text: str) -> list[str]:
    """The tables in which a row holds this text, anywhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        found = [f"SELECT '{table}' FROM \"{table}\" AS t WHERE strpos(t::text, %s) > 0" for table in tables]
        cursor.execute(" UNION ".join(found), [text] * len(tables))
        return [table for (table,) in cursor.fetchall()]
