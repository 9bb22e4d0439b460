"""What the database refuses the web process's role of docs/app_role.sql, and what it refuses everybody."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pghistory.models
import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone
from psycopg.errors import CheckViolation, FeatureNotSupported, InsufficientPrivilege, RestrictViolation
from rest_framework.test import APIClient

from cases.change_lifecycle import Changed, change_lifecycle, release_signed_cases
from cases.lifecycle import Lifecycle
from cases.models import CollectionPartner, Coverage, ExchangeRate, KeptClaims
from cases.submit_cases import Created, submit_cases
from clients.invalidate_signature import Invalidated, invalidate_signature
from clients.models import Agreement, Client, LinkConflict, LinkRequest
from clients.publish_agreement import Published, publish_agreement
from clients.rename_client import Renamed, rename_client
from onboarding.journey.confirm_company import confirm_company, details_held, digest_of
from onboarding.journey.confirm_users import UserDetails, confirm_users, people_held
from onboarding.models import Purpose
from onboarding.proof.email_codes import confirm_code, request_code
from onboarding.registering.registration import Company
from onboarding.signing.sign_agreement import Signed, SignedAs, sign_agreement, what_is_shown
from onboarding.support.resolve_conflict import Resolved, keep, offer_move, reopen
from partners.models import ReferralPartner
from tests.cases.claims import CLAIM
from tests.debitura.attacks import (
    APPLICATION,
    DRAFT_PUBLISHED_BESIDE,
    EMBEDDED,
    EVERYBODY,
    IS_NOT_IN_HISTORY,
    ROLES,
    UNHEARD,
    Attack,
    linking,
    only_the_application,
    signing,
)
from tests.make import (
    make_agreement,
    make_case,
    make_client,
    make_conflict,
    make_coverage,
    make_link,
    make_partner,
    make_rate,
    make_request,
    make_signature,
    make_staff,
    make_submitted,
    registration_body,
)

PROJECT = Path(__file__).parents[2]
NEW_DATABASE = (PROJECT / "docs" / "new_database.sql").read_text()
APP_ROLE = (PROJECT / "docs" / "app_role.sql").read_text()
OPERATIONS = (PROJECT / "docs" / "operations.md").read_text()
PASSWORD = "of two roles in a test"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

LINK = "clients_referralpartnerclientlink"
HISTORY = "clients_referralpartnerclientlinkhistory"
DRAFT = "(SELECT id FROM public.clients_agreement WHERE published_at IS NULL)"
OTHER_LINKS = f"{LINK} WHERE external_tenant_id <> 'unsigned'"
CONTEXT = "00000000-0000-4000-8000-000000000002"
NO_RIGHT = {
    "a link's fee": f"UPDATE {LINK} SET fee_percentage = 1",
    "a link's partner": f"UPDATE {LINK} SET partner_id = gen_random_uuid()",
    "a link's tenant id": f"UPDATE {LINK} SET external_tenant_id = 'tenant-2'",
    "a link": f"DELETE FROM {LINK}",
    "all links": f"TRUNCATE {LINK} CASCADE",
    "a client": "DELETE FROM clients_client",
    "all clients": "TRUNCATE clients_client CASCADE",
    "a signature": "UPDATE clients_signature SET signer_name = 'Somebody Else'",
    "a signature's row": "DELETE FROM clients_signature",
    "all signatures": "TRUNCATE clients_signature CASCADE",
    "a document": "UPDATE clients_signeddocument SET renderer = 'another'",
    "a document's row": "DELETE FROM clients_signeddocument",
    "all documents": "TRUNCATE clients_signeddocument",
    "all agreements": "TRUNCATE clients_agreement CASCADE",
    "a published agreement's row": "DELETE FROM clients_agreement",
    "history": f"UPDATE {HISTORY} SET fee_percentage = 1",
    "history's row": f"DELETE FROM {HISTORY}",
    "all history": f"TRUNCATE {HISTORY}",
    "a request's client": "UPDATE clients_linkrequest SET client_id = gen_random_uuid()",
    "a request's deadline": "UPDATE clients_linkrequest SET expires_at = expires_at + interval '1 day'",
    "what a request replaces": "UPDATE clients_linkrequest SET replaces_id = NULL",
    "a request's row": "DELETE FROM clients_linkrequest",
    "a request's history": "UPDATE clients_linkrequesthistory SET external_tenant_id = 'tenant-2'",
    "a conflict's kind": "UPDATE clients_linkconflict SET kind = 'Ambiguous'",
    "a conflict's partner": "UPDATE clients_linkconflict SET partner_id = gen_random_uuid()",
    "a conflict's row": "DELETE FROM clients_linkconflict",
    "a conflict's history": "UPDATE clients_linkconflicthistory SET reason = 'Another'",
    "a conflict's history's row": "DELETE FROM clients_linkconflicthistory",
    "a matched address": "UPDATE clients_linkconflictaddress SET address = 'else@acme.test'",
    "a match": "UPDATE clients_linkconflictmatch SET client_id = gen_random_uuid()",
    "a match's row": "DELETE FROM clients_linkconflictmatch",
    "all conflicts": "TRUNCATE clients_linkconflict CASCADE",
    "a case's amount": "UPDATE cases_case SET amount = amount + 1",
    "a case's link": "UPDATE cases_case SET link_id = gen_random_uuid()",
    "a case's row": "DELETE FROM cases_case",
    "claims that are kept": "UPDATE cases_keptclaims SET claims = '[]'",
    "all cases": "TRUNCATE cases_case CASCADE",
    "a transition": "UPDATE cases_casetransition SET why = 'Another'",
    "a transition's row": "DELETE FROM cases_casetransition",
    "what became of a claim": "UPDATE cases_submittedcase SET case_id = NULL",
    "what became of a claim's row": "DELETE FROM cases_submittedcase",
    "a collection partner's history": "UPDATE cases_collectionpartnerhistory SET platform_share_percentage = 1",
    "coverage's history": "UPDATE cases_coveragehistory SET position = 1",
    "a rate's history": "UPDATE cases_exchangeratehistory SET usd_per_unit = 1",
}
RIGHT_BUT_NOT_NOW = {
    "a published agreement": "UPDATE clients_agreement SET text = 'Something else' WHERE published_at IS NOT NULL",
    "a publication": "UPDATE clients_agreement SET published_at = NULL, required_from = NULL",
    "why a conflict was decided": "UPDATE clients_linkconflict SET reason = 'Another' WHERE status = 'Kept'",
    "what became of a request": "UPDATE clients_linkrequest SET status = 'Superseded' WHERE status = 'Expired'",
    "a case's course backwards": "UPDATE cases_case SET lifecycle = 'Leads'",
    "an archived link back": f"UPDATE {LINK} SET archived_at = NULL",
    "an archived link's time": f"UPDATE {LINK} SET archived_at = archived_at + interval '1 day'",
}
# Who can say anything to the database tries to change what happened, or to write down what did not.
AROUND_THE_TRIGGERS = {
    # --- The triggers themselves
    "triggers off": only_the_application(f"ALTER TABLE {LINK} DISABLE TRIGGER ALL"),
    "a trigger dropped": only_the_application(f"DROP TRIGGER link_is_frozen ON {LINK}"),
    "another function": only_the_application(
        "CREATE OR REPLACE FUNCTION debitura_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'"
    ),
    "as a replica": Attack("SET session_replication_role = replica", against=ROLES),
    # --- History switched off, or led elsewhere
    "history ignored": Attack(
        "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger"
        f" WHERE tgname LIKE 'pgtrigger%'; {UNHEARD}",
        harm=IS_NOT_IN_HISTORY,
    ),
    "history in a table of one's own": Attack(
        f"CREATE TEMPORARY TABLE clients_clienthistory (LIKE public.clients_clienthistory INCLUDING ALL); {UNHEARD}",
        harm=IS_NOT_IN_HISTORY,
    ),
    "who and why in a table of one's own": Attack(
        "CREATE TEMPORARY TABLE pghistory_context (LIKE public.pghistory_context INCLUDING ALL);"
        f"SELECT set_config('pghistory.context_id', '{CONTEXT}', true),"
        f"       set_config('pghistory.context_metadata', '{{\"by\": 1}}', true); {UNHEARD}",
        harm=f"SELECT NOT EXISTS (SELECT FROM public.pghistory_context WHERE id = '{CONTEXT}')",
    ),
    "a function of one's own that says who": Attack(
        "CREATE SCHEMA ours; SET LOCAL search_path = ours, public;"
        "CREATE FUNCTION ours._pgh_attach_context() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';"
        f"SELECT set_config('pghistory.context_id', '{CONTEXT}', true),"
        f"       set_config('pghistory.context_metadata', '{{\"by\": 1}}', true); {UNHEARD}",
        harm=f"SELECT NOT EXISTS (SELECT FROM public.pghistory_context WHERE id = '{CONTEXT}')",
    ),
    "history that is not": only_the_application(
        f"INSERT INTO {HISTORY} SELECT (jsonb_populate_record(h, '{{\"pgh_id\": 9}}')).* FROM {HISTORY} AS h"
    ),
    "who and why that is not": only_the_application(
        f"INSERT INTO pghistory_context VALUES ('{CONTEXT}', now(), now(), '{{}}')"
    ),
    "who and why by its function": only_the_application("SELECT _pgh_attach_context()"),
    "who and why": Attack("UPDATE pghistory_context SET metadata = '{}'"),
    "all who and why": Attack("TRUNCATE pghistory_context CASCADE"),
    "numbers of history used up": only_the_application(f"SELECT nextval('{HISTORY}_pgh_id_seq')"),
    # --- The log of decisions
    "a decision": Attack("UPDATE django_admin_log SET change_message = ''"),
    "a decision's row": Attack("DELETE FROM django_admin_log"),
    "all decisions": Attack("TRUNCATE django_admin_log"),
    "a decision of yesterday": only_the_application(
        "INSERT INTO django_admin_log (action_time, object_repr, action_flag, change_message, user_id)"
        " SELECT now() - interval '1 day', '', 2, '', min(id) FROM staff_staff"
    ),
    # --- Signatures that nobody made
    "signed yesterday": only_the_application(signing(at="now() - interval '1 day'")),
    "signed tomorrow": only_the_application(signing(at="now() + interval '1 day'")),
    "signed and invalidated": only_the_application(signing(invalidated="now()")),
    "invalidated yesterday": only_the_application(
        "UPDATE clients_signature SET invalidated_at = signed_at, invalidated_why = 'Because',"
        " invalidated_by_id = (SELECT min(id) FROM staff_staff)"
    ),
    "a draft signed": Attack(signing(agreement=DRAFT)),
    "a draft signed that is published elsewhere": Attack(DRAFT_PUBLISHED_BESIDE + signing(agreement=DRAFT)),
    "an older version signed": Attack(
        f"UPDATE clients_agreement SET published_at = now(), required_from = now() WHERE id = {DRAFT};"
        + signing(agreement="(SELECT id FROM clients_agreement WHERE number = 1)")
    ),
    "a version that was published yesterday": only_the_application(
        "UPDATE clients_agreement SET published_at = now() - interval '1 day', required_from = now()"
        f" WHERE id = {DRAFT}"
    ),
    "another text signed": Attack(signing(text_hash="repeat('0', 64)")),
    "signed without a document": Attack(signing(document=None)),
    "signed with a document that is elsewhere": Attack(
        signing(document=None) + "CREATE TEMPORARY TABLE clients_signeddocument AS SELECT id AS signature_id"
        " FROM clients_signature"
    ),
    "signed with a document of another hash": Attack(signing(document="repeat('0', 64)")),
    "signed with two documents": Attack(
        signing() + "INSERT INTO clients_signeddocument SELECT * FROM clients_signeddocument"
        " ON CONFLICT (signature_id) DO UPDATE SET pdf = '%PDF-2.0', sha256 = encode(sha256('%PDF-2.0'), 'hex')"
    ),
    "signed for another client": Attack(
        signing(client="(SELECT id FROM clients_client WHERE name = 'Acme A/S')", name="'Acme A/S'")
    ),
    "signed through another partner": Attack(
        signing(partner=f"(SELECT min(partner_id::text)::uuid FROM {OTHER_LINKS})")
    ),
    "signed through another link": Attack(signing(link=f"(SELECT min(id::text)::uuid FROM {OTHER_LINKS})")),
    "signed through a link of before": only_the_application(
        f"UPDATE {LINK} SET archived_at = clock_timestamp() WHERE external_tenant_id = 'unsigned';" + signing()
    ),
    "signed under another name": only_the_application(signing(name="'Another A/S'")),
    "signed by somebody of another client": only_the_application(
        signing(signer="(SELECT min(id) FROM clients_user WHERE client_id <> company.id)")
    ),
    "signed by who is no admin": only_the_application(
        signing(signer="(SELECT id FROM clients_user WHERE name = 'Ib Berg')")
    ),
    "signed for a client that was erased": only_the_application(
        "UPDATE clients_client SET erased_at = now() WHERE name = 'Unsigned A/S';" + signing()
    ),
    # --- Another fee, by another link
    "another fee by another link": only_the_application(linking(fee="0")),
    "another fee at a partner of one's own": only_the_application(
        "CREATE TEMPORARY TABLE partners_referralpartner AS SELECT id, 0 AS fee_percentage"
        " FROM public.partners_referralpartner;" + linking(fee="0")
    ),
    "a client attributed to who did not bring it": only_the_application(linking(attributed="true")),
    "a link of yesterday": only_the_application(linking(at="now() - interval '1 day'")),
    "a link archived tomorrow": only_the_application(
        f"UPDATE {LINK} SET archived_at = now() + interval '1 day' WHERE external_tenant_id = 'unsigned'"
    ),
    # --- The course of a case
    "a transition in between": Attack(
        "INSERT INTO cases_casetransition (id, case_id, at, from_lifecycle, to_lifecycle, why)"
        " SELECT -1, case_id, now(), to_lifecycle, 'Closed', 'They paid' FROM cases_casetransition"
    ),
    "a transition of yesterday": only_the_application(
        "INSERT INTO cases_casetransition (case_id, at, from_lifecycle, to_lifecycle, why)"
        " SELECT case_id, now() - interval '1 day', to_lifecycle, 'Closed', 'They paid' FROM cases_casetransition;"
        " UPDATE cases_case SET lifecycle = 'Closed', close_code = 'Paid', finished_at = now()"
    ),
    # --- Out of the database, or beside it
    "a temporary table": only_the_application("CREATE TEMPORARY TABLE ours (id int)"),
    "a temporary function": only_the_application(
        "CREATE FUNCTION pg_temp.ours() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    ),
    "a table": only_the_application("CREATE TABLE ours (id int)"),
    "a schema": only_the_application("CREATE SCHEMA ours"),
    "a program in the database": only_the_application("DO $$ BEGIN END $$"),
    "a large object": only_the_application("SELECT lo_from_bytea(0, 'x')"),
    "an empty large object": only_the_application("SELECT lo_create(0)"),
    "a large object's bytes": only_the_application("SELECT lo_put(1, 0, 'x')"),
    "a file read": Attack("SELECT pg_read_file('/etc/passwd')", against=ROLES),
    "a file as a large object": Attack("SELECT lo_import('/etc/passwd')", against=ROLES),
    "a file copied": Attack("COPY clients_client TO '/tmp/clients'", against=ROLES),
    "a program run": Attack("COPY clients_client TO PROGRAM 'cat'", against=ROLES),
    "another role": only_the_application("CREATE ROLE ours"),
    "the worker's password": only_the_application("ALTER ROLE debitura_worker PASSWORD 'ours'"),
    "the role's limits": only_the_application("ALTER ROLE debitura_app CONNECTION LIMIT 1"),
    "the database's settings": only_the_application("ALTER DATABASE template1 SET statement_timeout = 0"),
    "the disk filled by a sort": Attack("SET temp_file_limit = -1", against=ROLES),
    "signatures locked": only_the_application("LOCK TABLE clients_signature IN SHARE MODE"),
    "clients locked": only_the_application("LOCK TABLE clients_client IN ACCESS EXCLUSIVE MODE"),
    "decisions locked": only_the_application("LOCK TABLE django_admin_log IN ACCESS EXCLUSIVE MODE"),
    "publishing locked for ever": only_the_application("SELECT pg_advisory_lock(24010)"),
    "another session ended": only_the_application("SELECT pg_terminate_backend(0)"),
}

REFUSALS = {InsufficientPrivilege, RestrictViolation, CheckViolation}
HONEST = {
    "a change": UNHEARD,
    "a signature": signing(),
    "a link": linking(),
    "a publication": f"UPDATE clients_agreement SET published_at = now(), required_from = now() WHERE id = {DRAFT}",
}
# What PostgreSQL lets every role do. docs/operations.md names each, and what bounds it.
REMAINS = {
    "its own password": "ALTER ROLE debitura_app PASSWORD 'ours'",
    "its own settings": "ALTER ROLE debitura_app SET statement_timeout = 0",
    "its session's timeouts": "SET statement_timeout = 0",
    "rows locked": "SELECT id FROM clients_client FOR UPDATE",
    "tables locked": "LOCK TABLE clients_user IN ACCESS EXCLUSIVE MODE",
    "advisory locks": "SELECT pg_advisory_xact_lock(24010)",
    "notifications": "NOTIFY procrastinate_any_queue_v1, '{}'",
    "another who and why": f"SELECT set_config('pghistory.context_id', '{CONTEXT}', true)",
    "a signature of now": signing(),
}
# Only who has signed in as the role can be kept from these: a test that takes its rights remains a superuser.
SOMEBODY_ELSE = {
    "a superuser": "SET SESSION AUTHORIZATION postgres",
    "a superuser's rights": "SET ROLE postgres",
    "who reads all files": "SET ROLE pg_read_server_files",
    "a new name": "ALTER ROLE debitura_app RENAME TO ours",
    "a right given": "GRANT debitura_app TO debitura_worker WITH ADMIN OPTION",
    "a role for good": "ALTER ROLE debitura_app SUPERUSER",
}

# What the role may do with each table: (r)ead, (a)dd, (w)rite over, (d)elete, as PostgreSQL abbreviates them, and write
# over each (c)olumn but the key, which does not let it lock the table. A new table fails the test below until it is
# decided what it is: docs/app_role.sql gives the four where it says nothing.
RIGHTS = {
    "auth_group": "r",
    "auth_group_permissions": "r",
    "auth_permission": "r",
    "cases_case": "ra",
    "cases_casetransition": "ra",
    "cases_collectionpartner": "rac",
    "cases_collectionpartnerhistory": "r",
    "cases_coverage": "rac",
    "cases_coveragehistory": "r",
    "cases_exchangerate": "rac",
    "cases_exchangeratehistory": "r",
    "cases_keptclaims": "rad",
    "cases_submittedcase": "ra",
    "clients_agreement": "rac",
    "clients_agreementhistory": "r",
    "clients_client": "rac",
    "clients_clienthistory": "r",
    "clients_emailaddress": "rawd",
    "clients_linkconflict": "ra",
    "clients_linkconflictaddress": "ra",
    "clients_linkconflicthistory": "r",
    "clients_linkconflictmatch": "ra",
    "clients_linkrequest": "ra",
    "clients_linkrequesthistory": "r",
    "clients_referralpartnerclientlink": "ra",
    "clients_referralpartnerclientlinkhistory": "r",
    "clients_signature": "ra",
    "clients_signeddocument": "ra",
    "clients_user": "rawd",
    "clients_userhistory": "r",
    "django_admin_log": "ra",
    "django_content_type": "r",
    "django_migrations": "r",
    "django_session": "rawd",
    "onboarding_askinglimitreached": "rac",
    "onboarding_correction": "rac",
    "onboarding_emailcode": "rawd",
    "onboarding_keptform": "rawd",
    "onboarding_matchedaddress": "rawd",
    "otp_totp_totpdevice": "rawd",
    "partners_apikey": "rac",
    "partners_referralpartner": "rac",
    "partners_referralpartnerhistory": "r",
    "pghistory_context": "r",
    "procrastinate_events": "rawd",
    "procrastinate_jobs": "rawd",
    "procrastinate_periodic_defers": "rawd",
    "procrastinate_workers": "rawd",
    "staff_failedsignin": "rawd",
    "staff_staff": "rac",
    "staff_staff_groups": "rawd",
    "staff_staff_user_permissions": "rawd",
}
COLUMNS_WRITTEN_OVER = {
    ("cases_case", "age_uplift_points"),
    ("cases_case", "assigned_user_id"),
    ("cases_case", "close_code"),
    ("cases_case", "collection_partner_id"),
    ("cases_case", "collection_started_at"),
    ("cases_case", "earnings_usd"),
    ("cases_case", "finished_at"),
    ("cases_case", "lifecycle"),
    ("cases_case", "remainder"),
    ("cases_case", "success_fee_percentage"),
    ("cases_case", "updated_at"),
    ("cases_keptclaims", "link_id"),
    ("clients_linkconflict", "decided_at"),
    ("clients_linkconflict", "decided_by_id"),
    ("clients_linkconflict", "last_asked_at"),
    ("clients_linkconflict", "reason"),
    ("clients_linkconflict", "request_id"),
    ("clients_linkconflict", "status"),
    ("clients_linkconflict", "times_asked"),
    ("clients_linkrequest", "decided_at"),
    ("clients_linkrequest", "decided_by_user_id"),
    ("clients_linkrequest", "is_unknown_to_client"),
    ("clients_linkrequest", "lifted_at"),
    ("clients_linkrequest", "lifted_by_id"),
    ("clients_linkrequest", "status"),
    ("clients_referralpartnerclientlink", "archived_at"),
    ("clients_signature", "invalidated_at"),
    ("clients_signature", "invalidated_by_id"),
    ("clients_signature", "invalidated_why"),
}


@pytest.fixture
def rows(agreement: Agreement) -> None:
    """A row of everything that is frozen: a signed client whose link was archived, and what was asked and decided."""
    link = make_link(client=make_client(name="Acme A/S"), created_at=NOW)
    make_signature(link, signed_at=NOW)
    type(link).objects.filter(pk=link.pk).update(archived_at=NOW)
    make_request(client=link.client, offered_by=make_staff(), replaces=link)
    LinkRequest.objects.update(status="Expired", decided_at=NOW)
    conflict = make_conflict(link=link)
    conflict.matches.create(client=link.client)
    conflict.addresses.create(client=link.client, address="jane@acme.test")
    keep(conflict=conflict, by=make_staff(), why="They called", at=NOW)
    make_case(link=link)
    KeptClaims.objects.keep(make_request(client=make_client()), [CLAIM])
    make_submitted(link)
    make_link(client=make_client(name="Unsigned A/S", colleagues=("ib@unsigned.test",)), tenant_id="unsigned")
    make_agreement()
    make_rate()
    CollectionPartner.objects.update(platform_share_percentage=1)
    Coverage.objects.update(position=7)
    ExchangeRate.objects.update(usd_per_unit=1)
    # Checks that wait for the commit would be the ones to refuse a TRUNCATE.
    _run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def as_application(db: None) -> Iterator[None]:
    """From here on the test's own statements run with the rights of the web process."""
    _run(NEW_DATABASE)
    _run(APP_ROLE)
    _run("SET LOCAL SESSION AUTHORIZATION debitura_app")
    yield
    _run("RESET SESSION AUTHORIZATION")


# As docs/operations.md makes it: it owns the database and what is in it, and makes roles.
GIVE_AWAY = """
CREATE ROLE owner_in_a_test LOGIN CREATEROLE;
DO $$
DECLARE
    given text;
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO owner_in_a_test', current_database());
    FOR given IN
        SELECT format('TABLE %s', oid::regclass) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        UNION ALL
        SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('ALTER %s OWNER TO owner_in_a_test', given);
    END LOOP;
END $$;
"""


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """From here on the test's own statements run with the rights of who migrates, and may do nothing on the server."""
    _run(GIVE_AWAY)
    _run("SET LOCAL SESSION AUTHORIZATION owner_in_a_test")
    yield
    _run("RESET SESSION AUTHORIZATION")


@pytest.fixture
def acting(request: pytest.FixtureRequest, rows: None) -> str:
    """A role, as which the test's own statements run from here on."""
    role: str = request.param
    if role != EMBEDDED:
        request.getfixturevalue(f"as_{role}")
    return role


def test_the_rights_on_every_table_are_decided(as_application: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT relname, concat(
                CASE WHEN has_table_privilege(oid, 'SELECT') THEN 'r' END,
                CASE WHEN has_table_privilege(oid, 'INSERT') THEN 'a' END,
                CASE WHEN has_table_privilege(oid, 'UPDATE') THEN 'w' WHEN (
                    SELECT bool_and(has_column_privilege(attrelid, attnum, 'UPDATE') <> (attnum = ANY (conkey)))
                    FROM pg_attribute JOIN pg_constraint ON conrelid = attrelid AND contype = 'p'
                    WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                ) THEN 'c' END,
                CASE WHEN has_table_privilege(oid, 'DELETE') THEN 'd' END,
                CASE WHEN has_table_privilege(oid, 'TRUNCATE') THEN 'D' END
            ) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        """)
        rights = dict(cursor.fetchall())
        cursor.execute("""
            SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
              AND has_column_privilege(attrelid, attnum, 'UPDATE') AND NOT has_table_privilege(attrelid, 'UPDATE')
        """)
        columns = set(cursor.fetchall())

    assert rights == RIGHTS
    assert {(table, column) for table, column in columns if "c" not in rights[table]} == COLUMNS_WRITTEN_OVER


@pytest.mark.parametrize("statement", NO_RIGHT.values(), ids=NO_RIGHT.keys())
def test_the_application_has_no_right_to_change(rows: None, as_application: None, statement: str) -> None:
    assert _refusal(statement) is InsufficientPrivilege


@pytest.mark.parametrize("statement", RIGHT_BUT_NOT_NOW.values(), ids=RIGHT_BUT_NOT_NOW.keys())
def test_the_application_cannot_change_any_more(rows: None, as_application: None, statement: str) -> None:
    assert _refusal(statement) is RestrictViolation


@pytest.mark.parametrize("acting", EVERYBODY, indirect=True)
def test_nobody_gets_around_the_triggers(acting: str) -> None:
    tried = {name: attack for name, attack in AROUND_THE_TRIGGERS.items() if acting in attack.against}

    got_away = [name for name, attack in tried.items() if not _is_fended_off(attack)]

    assert tried
    assert got_away == []


@pytest.mark.parametrize("acting", EVERYBODY, indirect=True)
def test_what_the_attacks_are_made_of_is_taken(acting: str) -> None:
    assert {name: _refusal(statement) for name, statement in HONEST.items()} == dict.fromkeys(HONEST)


@pytest.mark.parametrize(
    "statement",
    [*NO_RIGHT.values(), *RIGHT_BUT_NOT_NOW.values()],
    ids=[*NO_RIGHT.keys(), *RIGHT_BUT_NOT_NOW.keys()],
)
def test_not_even_the_owner_can_change(rows: None, statement: str) -> None:
    assert _refusal(statement) is RestrictViolation


@pytest.mark.parametrize("acting", [APPLICATION], indirect=True)
def test_what_remains_is_named_as_it_is(acting: str) -> None:
    assert {name: _refusal(statement) for name, statement in REMAINS.items()} == dict.fromkeys(REMAINS)
    assert [name for name in REMAINS if f"| {name} |" not in OPERATIONS] == []


def test_every_history_refuses_to_be_rewritten(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, array_agg(tgname) FROM pg_class LEFT JOIN pg_trigger ON tgrelid = pg_class.oid"
            " WHERE relkind = 'r' AND relname LIKE '%history' GROUP BY relname"
        )
        triggers = {table: set(names) for table, names in cursor.fetchall()}

    kept = {model._meta.db_table for model in apps.get_models() if issubclass(model, pghistory.models.Event)}
    assert triggers.keys() == kept
    append_only = {"history_is_append_only", "history_is_never_truncated"}
    assert {table for table, names in triggers.items() if not append_only <= names} == set()


def test_a_new_table_is_closed_to_the_application(as_application: None) -> None:
    _run("RESET SESSION AUTHORIZATION")
    _run("CREATE TABLE made_by_a_migration (id int)")
    _run("SET LOCAL SESSION AUTHORIZATION debitura_app")

    assert _refusal("SELECT * FROM made_by_a_migration") is InsufficientPrivilege


# Dropped they cannot be while another database of the server gives them rights.
OUT_OF_THE_WAY = """
DO $$
DECLARE
    role name;
BEGIN
    FOR role IN SELECT rolname FROM pg_roles WHERE rolname IN ('debitura_app', 'debitura_worker') LOOP
        EXECUTE format('ALTER ROLE %I RENAME TO %I', role, role || '_of_before');
    END LOOP;
END $$;
"""


def test_an_owner_that_is_no_superuser_makes_the_roles(as_owner: None) -> None:
    _run("RESET SESSION AUTHORIZATION")
    _run(NEW_DATABASE)
    _run(OUT_OF_THE_WAY)
    _run("SET LOCAL SESSION AUTHORIZATION owner_in_a_test")

    _run(APP_ROLE)
    _run(APP_ROLE)

    assert _ask("SELECT has_table_privilege('debitura_worker', 'clients_client', 'SELECT')")
    assert not _ask("SELECT pg_has_role('debitura_worker', 'debitura_app', 'SET')")


def test_what_a_role_gave_itself_is_gone_with_the_next_release(as_application: None) -> None:
    _run("ALTER ROLE debitura_app SET statement_timeout = 0")
    _run("ALTER ROLE debitura_app SET search_path = pg_temp")
    _run("RESET SESSION AUTHORIZATION")
    _run(APP_ROLE)

    assert _ask("SELECT rolconfig FROM pg_roles WHERE rolname = 'debitura_app'") == [
        "lock_timeout=2s",
        "statement_timeout=4s",
        "idle_in_transaction_session_timeout=15s",
    ]


def test_what_may_happen_to_frozen_rows_still_may(agreement: Agreement, as_application: None) -> None:
    link = make_link()

    assert type(link).objects.filter(pk=link.pk).update(archived_at=link.created_at) == 1
    assert Agreement.objects.filter(pk=make_agreement().pk).update(title="A draft is written on") == 1


def test_support_decides_with_these_rights(
    rival: ReferralPartner, partner: ReferralPartner, api: APIClient, as_application: None
) -> None:
    make_link(partner=rival, client=make_client(admin="jane@acme.test"))
    facts: dict[str, Any] = {"by": make_staff(), "why": "They called"}

    asked = [api.post("/clients", registration_body()) for _ in range(2)]
    conflict = LinkConflict.objects.get()
    outcomes = [
        keep(conflict=conflict, at=NOW, **facts),
        reopen(conflict=conflict, **facts),
        offer_move(conflict=conflict, at=NOW, **facts),
    ]

    assert [answer.status_code for answer in asked] == [409, 409]
    assert [type(outcome) for outcome in outcomes] == [Resolved] * 3


def test_legal_publishes_invalidates_and_renames_with_these_rights(agreement: Agreement, as_application: None) -> None:
    link = make_link()
    signature = make_signature(link, signer_user_id=link.client.users.get().pk)
    facts: dict[str, Any] = {"by": make_staff(), "why": "They called"}

    published = publish_agreement(agreement=make_agreement(number=2, summary_of_changes="Less."), **facts)
    invalidated = invalidate_signature(signature=signature, told_client="It was not you", **facts)
    renamed = rename_client(client=link.client, held=link.client.name, name="Another A/S", **facts)

    assert isinstance(published, Published)
    assert isinstance(invalidated, Invalidated)
    assert isinstance(renamed, Renamed)


def test_cases_are_routed_created_released_and_moved_with_these_rights(db: None, as_application: None) -> None:
    make_coverage(minimum_amount=1, minimum_currency="EUR")
    link = make_link()
    case, sam, now = make_case(link=link), make_staff(), timezone.now()

    [submitted] = submit_cases(link=link, claims=[CLAIM], assigned={}, at=now)
    changed = change_lifecycle(case=case, to=Lifecycle.PENDING_VERIFICATION, by=sam, why="They called", at=now)
    released = release_signed_cases(client=link.client, at=now)
    _run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    assert isinstance(submitted, Created)
    assert isinstance(changed, Changed)
    assert released == 1


def test_the_api_works_with_these_rights(api: APIClient, as_application: None) -> None:
    first = api.post("/clients", registration_body())
    repeated = api.post("/clients", registration_body())
    read = api.get("/clients/tenant-1")

    assert [first.status_code, repeated.status_code, read.status_code] == [202, 202, 200]


@pytest.mark.django_db(transaction=True)
def test_the_role_signs_in_owns_nothing_and_does_not_wait_long() -> None:
    make_partner()
    _make_roles()

    with _connect("debitura_app") as application, _connect("debitura_worker") as worker:
        partners = application.execute("SELECT count(*) FROM partners_referralpartner").fetchone()
        owned = application.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
        waits = application.execute(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
        worker_waits = worker.execute("SELECT current_setting('statement_timeout')").fetchone()

    assert partners == (1,)
    assert owned == (0,)
    assert waits == ("2s", "4s", "15s")
    assert worker_waits == ("0",)


@pytest.mark.django_db(transaction=True)
def test_the_roles_become_nobody_else() -> None:
    _make_roles()
    tried = {**SOMEBODY_ELSE, "the application's role": "SET ROLE debitura_app"}

    with _connect("debitura_app") as application, _connect("debitura_worker") as worker:
        became = [name for name, statement in SOMEBODY_ELSE.items() if not _is_refused(application, statement)]
        became += [name for name, statement in tried.items() if not _is_refused(worker, statement)]

    assert became == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "table", ["clients_signature", "clients_referralpartnerclientlink", "clients_agreement", "clients_linkrequest"]
)
def test_the_roles_write_by_what_is_committed_and_not_by_what_was_before(table: str) -> None:
    _make_roles()
    nothing = f"INSERT INTO {table} (id) SELECT id FROM {table} WHERE false"

    with _connect("debitura_app") as application:
        application.execute(nothing)
        application.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(RestrictViolation, match="reads what is committed"):
            application.execute(nothing)


def test_the_worker_may_do_what_the_web_process_may(as_application: None) -> None:
    differ = _ask("""
        SELECT array_agg(oid::regclass) FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS what
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
          AND has_table_privilege('debitura_worker', oid, what) <> has_table_privilege('debitura_app', oid, what)
    """)

    assert differ is None


@pytest.fixture
def as_web_process(transactional_db: None) -> Iterator[None]:
    """From here on the test's own statements, and what they commit, have the rights of the web process."""
    _make_roles()
    _run("SET ROLE debitura_app")
    yield
    _run("RESET ROLE")


def test_a_client_comes_on_board_with_these_rights(
    partner: ReferralPartner, api: APIClient, tmp_path: Path, as_web_process: None
) -> None:
    created = api.post("/clients", registration_body())
    link = partner.links.select_related("client").get()
    visit: dict[str, Any] = {"link": link, "purpose": Purpose.FIRST_SIGNING, "browser": "browser"}

    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="browser")
    _work_off_jobs("debitura_worker", mailing_to=tmp_path)
    code = _code_in(tmp_path)
    confirm_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="browser", typed=code, renamed="browser")
    company, at = Company("Acme A/S", "DK", "office@acme.test"), timezone.now()
    confirm_company(**visit, company=company, shown=digest_of(details_held(link.client)), at=at)
    jane = UserDetails("Jane Doe", "jane@acme.test", True)
    confirm_users(**visit, users=[jane], shown=digest_of(people_held(link.client)), at=at)
    shown = what_is_shown(Client.objects.get(), Agreement.objects.get())
    signed = sign_agreement(**visit, shown=shown, signed_as=SignedAs("Jane Doe", None, ""), at=timezone.now())
    repeated = api.post("/clients", registration_body())

    assert isinstance(signed, Signed)
    assert [created.status_code, repeated.status_code] == [202, 201]


def _make_roles() -> None:
    _run(NEW_DATABASE)
    _run(APP_ROLE)
    _run(f"ALTER ROLE debitura_app PASSWORD '{PASSWORD}'; ALTER ROLE debitura_worker PASSWORD '{PASSWORD}'")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _ask(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        [answer] = cursor.fetchone()
    return answer


def _is_refused(session: psycopg.Connection, statement: str) -> bool:
    try:
        session.execute(statement)
    except (InsufficientPrivilege, FeatureNotSupported):
        return True
    return False


def _is_fended_off(attack: Attack) -> bool:
    return _refusal(attack.sql, unless_harmless=attack.harm) in {*REFUSALS, Harmless}


class Harmless(Exception):
    """The database took it, and nothing came of it."""


def _refusal(statement: str, *, unless_harmless: str = "SELECT true") -> type[BaseException] | None:
    """Run this, with what waits for the commit, undo it, and say how the database refused it; None where it did not."""
    before = transaction.savepoint_create()
    try:
        _run(statement)
        _run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        return None if _ask(unless_harmless) else Harmless
    except DatabaseError as error:
        return type(error.__cause__) if error.__cause__ else None
    finally:
        transaction.savepoint_rollback(before)


def _sign_in_as(role: str) -> dict[str, str]:
    """Say to PostgreSQL's own library where the test's database is, and who asks."""
    database = connection.settings_dict
    return {
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"]),
        "PGDATABASE": database["NAME"],
        "PGUSER": role,
        "PGPASSWORD": PASSWORD,
    }


def _connect(role: str) -> psycopg.Connection:
    facts = _sign_in_as(role)
    return psycopg.connect(
        host=facts["PGHOST"],
        port=facts["PGPORT"] or None,
        dbname=facts["PGDATABASE"],
        user=role,
        password=PASSWORD,
        autocommit=True,
    )


def _work_off_jobs(role: str, *, mailing_to: Path) -> None:
    """Run the real worker, which signs in as this role, until no job is left."""
    environment = {
        "PATH": os.defpath,
        "DEBUG": "1",
        "DATABASE_URL": f"postgres:///{connection.settings_dict['NAME']}",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATA_DIR": str(mailing_to),
    }
    subprocess.run(
        [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot"],
        cwd=PROJECT,
        env={**environment, **_sign_in_as(role)},
        check=True,
        capture_output=True,
        timeout=60,
    )


def _code_in(folder: Path) -> str:
    [mail] = (folder / "demo-mail").iterdir()
    found = re.search(r"(?m)^ +([A-Z2-9]{8})$", json.loads(mail.read_text())["text"])
    assert found is not None
    return found[1]
