"""Every function of the database, whoever made it: what a session sets or makes changes nothing of what it does."""

from __future__ import annotations

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import connection
from pghistory.models import Context

# Those whose names are looked up as the session says, and those that act for the owner at anybody's wish.
OPEN = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND (
    (prosqlbody IS NULL AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, public, pg_temp'])
    OR (prosecdef AND prorettype <> 'trigger'::regtype
        AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)))
    OR (proname LIKE 'pgtrigger\\_%' AND NOT prosecdef)
)
"""


def open_functions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        return [name for (name,) in cursor.fetchall()]


def is_ignored() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{any}', true)")
        cursor.execute("SELECT _pgtrigger_should_ignore('any')")
        return bool(cursor.fetchone()[0])


def make_anew() -> None:
    """What django-pgtrigger and django-pghistory do in their migrations."""
    pgtrigger.install()
    Context.install_pgh_attach_context_func()


@pytest.fixture
def made_anew(db: None) -> None:
    """Their functions as their makers meant them: open."""
    make_anew()
    assert "_pgh_attach_context()" in open_functions()
    assert is_ignored()


def test_all_are_closed(db: None) -> None:
    assert open_functions() == []
    assert not is_ignored()


def test_a_migration_closes_what_it_made_before_anybody_can_call_it(db: None) -> None:
    with connection.schema_editor() as editor:
        make_anew()
        editor.execute("CREATE FUNCTION ours() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'")

    assert open_functions() == []
    assert not is_ignored()


def test_every_migrate_closes_what_was_made_anew_since(made_anew: None) -> None:
    call_command("migrate", verbosity=0)

    assert open_functions() == []
    assert not is_ignored()
