-- The role that the web process connects as, and the one of the worker. Run it as the owner of the tables, after every migration:
--
--     psql --single-transaction --set ON_ERROR_STOP=1 --file docs/app_role.sql "$OWNER_DATABASE_URL"
--
-- It can be repeated. The roles own nothing, can make nothing and get no TRUNCATE, so no trigger of these tables can be dropped, switched off
-- or gone around by what the application does. What is said about frozen rows here, the triggers say too: two keys to one door. What PostgreSQL
-- lets every role do is in docs/operations.md.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'debitura_app') THEN
        CREATE ROLE debitura_app LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'debitura_worker') THEN
        CREATE ROLE debitura_worker LOGIN;
    END IF;
END $$;
-- The same rights, but not the timeouts, which belong to the role that logs in; and without becoming the other one.
GRANT debitura_app TO debitura_worker WITH INHERIT TRUE, SET FALSE;

-- From nothing each time: a role may give itself settings, and they would last.
ALTER ROLE debitura_app RESET ALL;
ALTER ROLE debitura_worker RESET ALL;
DO $$
BEGIN
    EXECUTE format('ALTER ROLE debitura_app IN DATABASE %I RESET ALL', current_database());
    EXECUTE format('ALTER ROLE debitura_worker IN DATABASE %I RESET ALL', current_database());
END $$;
ALTER ROLE debitura_app SET lock_timeout = '2s';
ALTER ROLE debitura_app SET statement_timeout = '4s';
ALTER ROLE debitura_app SET idle_in_transaction_session_timeout = '15s';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO debitura_app;
-- A temporary table is found before one of ours, and functions can be made beside it.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, debitura_app, debitura_worker', current_database());
END $$;

-- From nothing each time, so that a right taken out of this file is gone.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM debitura_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM debitura_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO debitura_app;
-- Our own tables number their rows without asking for a right.
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq TO debitura_app;

-- Kept for good; agreements are drafts until a trigger freezes them at publication. Written over column by column, but for the key: who has
-- UPDATE or DELETE of a whole table may LOCK it against everybody.
DO $$
DECLARE
    kept regclass;
    written_over text;
BEGIN
    FOREACH kept IN ARRAY ARRAY[
        'partners_referralpartner',
        'partners_apikey',
        'clients_client',
        'clients_agreement',
        'cases_collectionpartner',
        'cases_coverage',
        'cases_exchangerate',
        'onboarding_askinglimitreached',
        'onboarding_correction',
        'staff_staff'
    ]::regclass[] LOOP
        written_over := (
            SELECT string_agg(quote_ident(attname), ', ')
            FROM pg_attribute
            WHERE attrelid = kept AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
              AND attnum <> ALL (SELECT unnest(conkey) FROM pg_constraint WHERE conrelid = kept AND contype = 'p')
        );
        EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM debitura_app', kept);
        EXECUTE format('GRANT UPDATE (%s) ON %s TO debitura_app', written_over, kept);
    END LOOP;
END $$;

-- Frozen, but for the one thing that can still happen to them.
REVOKE UPDATE, DELETE ON clients_referralpartnerclientlink, clients_signature FROM debitura_app;
REVOKE UPDATE, DELETE ON clients_linkrequest, clients_linkconflict FROM debitura_app;
GRANT UPDATE (status, decided_at, decided_by_user_id, is_unknown_to_client, lifted_at, lifted_by_id)
    ON clients_linkrequest TO debitura_app;
GRANT UPDATE (status, decided_at, decided_by_id, reason, request_id, times_asked, last_asked_at)
    ON clients_linkconflict TO debitura_app;
REVOKE UPDATE, DELETE ON cases_case FROM debitura_app;
GRANT UPDATE (
    lifecycle, close_code, remainder, collection_partner_id, assigned_user_id, success_fee_percentage,
    age_uplift_points, earnings_usd, updated_at, collection_started_at, finished_at
) ON cases_case TO debitura_app;
REVOKE UPDATE ON cases_keptclaims FROM debitura_app;
GRANT UPDATE (link_id) ON cases_keptclaims TO debitura_app;
GRANT UPDATE (archived_at) ON clients_referralpartnerclientlink TO debitura_app;
GRANT UPDATE (invalidated_at, invalidated_by_id, invalidated_why) ON clients_signature TO debitura_app;

-- Only ever added to.
REVOKE UPDATE, DELETE ON
    clients_signeddocument,
    clients_linkconflictaddress,
    clients_linkconflictmatch,
    cases_casetransition,
    cases_submittedcase,
    django_admin_log
FROM debitura_app;

-- Written by triggers only, which have the owner's rights.
REVOKE INSERT, UPDATE, DELETE ON
    clients_agreementhistory,
    clients_clienthistory,
    clients_linkconflicthistory,
    clients_linkrequesthistory,
    clients_referralpartnerclientlinkhistory,
    clients_userhistory,
    partners_referralpartnerhistory,
    cases_collectionpartnerhistory,
    cases_coveragehistory,
    cases_exchangeratehistory,
    pghistory_context
FROM debitura_app;

-- Written by migrations only: what the schema is, and what each group of staff may do.
REVOKE INSERT, UPDATE, DELETE ON
    django_migrations,
    django_content_type,
    auth_permission,
    auth_group,
    auth_group_permissions
FROM debitura_app;
