"""
Close every function of the database, whoever wrote it, to the settings of sessions (docs/adr/0012).

Migrations make those of django-pgtrigger, django-pghistory and procrastinate anew, and open: a session's settings say
where names are looked up, temporary tables come first, and one setting switches history off.
"""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

# Temporary tables are looked up last, and so never hide ours. A body that was parsed when it was made (prosqlbody) does
# no look-ups later. The functions of extensions are not ours to change.
CLOSE_FUNCTIONS: Final = """
DO $close$
DECLARE
    pinned CONSTANT text := 'pg_catalog, public, pg_temp';
    open regprocedure;
BEGIN
    IF EXISTS (
        SELECT FROM pg_proc WHERE oid = to_regprocedure('public._pgtrigger_should_ignore(name)') AND prosqlbody IS NULL
    ) THEN
        -- Nobody may ask to be ignored, by the setting pgtrigger.ignore, which every session can make.
        CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
            LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN false;
    END IF;

    FOR open IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p') AND prosqlbody IS NULL
          AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=' || pinned]
          AND NOT EXISTS (
              SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e'
          )
    LOOP
        EXECUTE format('ALTER ROUTINE %s SET search_path = %s', open, pinned);
    END LOOP;

    -- History is written by its triggers and by nobody else: with the owner's rights, which the application lacks.
    FOR open IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND NOT prosecdef
          AND (proname LIKE 'pgtrigger\\_%' OR proname = '_pgh_attach_context')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', open);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', open);
    END LOOP;
END $close$;
"""


def close_functions(connection: BaseDatabaseWrapper) -> None:
    """Close every function that is open; a second call finds none. Must be run by the owner of the functions."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_FUNCTIONS)
