-- What only a superuser can take away from everybody who may connect. Once for a database, and again after a restore:
--
--     psql --single-transaction --set ON_ERROR_STOP=1 --file docs/new_database.sql debitura
--
-- It can be repeated. Where nobody is a superuser (a managed server), docs/operations.md says what stays open.

-- Large objects belong to whoever makes them, in no table and without limit.
DO $$
DECLARE
    writes regprocedure;
BEGIN
    FOR writes IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
        AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lo_truncate', 'lo_truncate64',
                        'lo_unlink', 'lowrite', 'lo_import', 'lo_export')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', writes);
    END LOOP;
END $$;

-- Advisory locks that outlive their transaction, and so every limit on it. Those of a transaction are used.
DO $$
DECLARE
    lock regprocedure;
BEGIN
    FOR lock IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
        AND proname IN ('pg_advisory_lock', 'pg_advisory_lock_shared', 'pg_try_advisory_lock',
                        'pg_try_advisory_lock_shared')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', lock);
    END LOOP;
END $$;

-- Ending the sessions of the same role: of every other web process. Who watches over the server still may.
REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint), pg_cancel_backend(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint), pg_cancel_backend(integer) TO pg_signal_backend;

-- Without the language there is no DO: one injected statement stays one. Migrations write functions in it.
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
DO $$
BEGIN
    EXECUTE (SELECT format('GRANT USAGE ON LANGUAGE plpgsql TO %s', datdba::regrole)
             FROM pg_database WHERE datname = current_database());
    -- Sorts that do not fit into memory stop here, before the disk is full. No session can lift it.
    EXECUTE format('ALTER DATABASE %I SET temp_file_limit = ''1GB''', current_database());
END $$;
