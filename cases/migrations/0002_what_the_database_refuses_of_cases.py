"""
What holds cases together and what the database refuses of them, as SQL of our own.

They belong to the very link, client and partner; they go through their lifecycle step by step, each step written down;
what was claimed stays as it was.
"""

from django.db import migrations

TOGETHER = """
ALTER TABLE clients_referralpartnerclientlink
    ADD CONSTRAINT link_with_its_client_and_partner UNIQUE (id, client_id, partner_id);
ALTER TABLE cases_case ADD CONSTRAINT case_is_of_its_links_client_and_partner
    FOREIGN KEY (link_id, client_id, partner_id)
    REFERENCES clients_referralpartnerclientlink (id, client_id, partner_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE clients_user ADD CONSTRAINT user_with_its_client UNIQUE (id, client_id);
ALTER TABLE cases_case ADD CONSTRAINT case_is_assigned_to_a_user_of_its_client
    FOREIGN KEY (assigned_user_id, client_id) REFERENCES clients_user (id, client_id)
    ON DELETE SET NULL (assigned_user_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE cases_case ADD CONSTRAINT case_with_its_link UNIQUE (id, link_id);
ALTER TABLE cases_submittedcase ADD CONSTRAINT submitted_case_came_under_its_link
    FOREIGN KEY (case_id, link_id) REFERENCES cases_case (id, link_id) DEFERRABLE INITIALLY DEFERRED;
"""

# Both sides are cut into words in one way: NFKC, and whatever is no letter or digit stands between words. The text
# search parser of PostgreSQL would take `acme.test` or `AB-12` for one.
SEARCH = """
CREATE FUNCTION debitura_case_words(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(normalize(given, NFKC), '[^[:alnum:]]+', ' ', 'g'));

CREATE FUNCTION debitura_case_query(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_tsquery('simple', replace(nullif(debitura_case_words(given), ''), ' ', ':* & ') || ':*');

ALTER TABLE cases_case ADD COLUMN search tsvector GENERATED ALWAYS AS (
    to_tsvector('simple', debitura_case_words(reference || ' ' || creditor_reference || ' ' || debtor_name))
) STORED;
CREATE INDEX cases_by_their_words ON cases_case USING gin (search);
"""

# As cases.lifecycle.TRANSITIONS was when this was written.
COURSE = """
CREATE FUNCTION debitura_case_may_go(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (before, after) IN (
    ('PendingContractSigning', 'PendingVerificationInternal'),
    ('PendingContractSigning', 'PendingVerification'),
    ('PendingContractSigning', 'Closed'),
    ('PendingContractSigning', 'Merged'),
    ('PendingVerificationInternal', 'PendingVerification'),
    ('PendingVerificationInternal', 'NeedsAdditionalDetails'),
    ('PendingVerificationInternal', 'Closed'),
    ('PendingVerificationInternal', 'Merged'),
    ('PendingVerification', 'NeedsAdditionalDetails'),
    ('PendingVerification', 'Leads'),
    ('PendingVerification', 'Active'),
    ('PendingVerification', 'Closed'),
    ('PendingVerification', 'Merged'),
    ('NeedsAdditionalDetails', 'PendingVerificationInternal'),
    ('NeedsAdditionalDetails', 'PendingVerification'),
    ('NeedsAdditionalDetails', 'Closed'),
    ('NeedsAdditionalDetails', 'Merged'),
    ('Leads', 'LeadsQuoteGiven'),
    ('Leads', 'Active'),
    ('Leads', 'Closed'),
    ('Leads', 'Merged'),
    ('LeadsQuoteGiven', 'Active'),
    ('LeadsQuoteGiven', 'Leads'),
    ('LeadsQuoteGiven', 'Closed'),
    ('LeadsQuoteGiven', 'Merged'),
    ('Active', 'Paused'),
    ('Active', 'Closed'),
    ('Active', 'Merged'),
    ('Paused', 'Active'),
    ('Paused', 'Closed'),
    ('Paused', 'Merged'),
    ('Closed', 'Active')
);

-- Whole rows are compared but for what may change, so that a column added later is frozen until somebody says otherwise.
-- `search` is made of frozen columns, and not known yet at this point.
CREATE FUNCTION debitura_case_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY[
        'lifecycle', 'close_code', 'remainder', 'collection_partner_id', 'assigned_user_id', 'success_fee_percentage',
        'age_uplift_points', 'earnings_usd', 'updated_at', 'collection_started_at', 'finished_at', 'search'
    ];
BEGIN
    IF to_jsonb(OLD) - may_change IS DISTINCT FROM to_jsonb(NEW) - may_change THEN
        RAISE EXCEPTION 'a case is frozen but for its course' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.lifecycle <> OLD.lifecycle AND NOT debitura_case_may_go(OLD.lifecycle, NEW.lifecycle) THEN
        RAISE EXCEPTION 'a case cannot go from % to %', OLD.lifecycle, NEW.lifecycle
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_is_frozen BEFORE UPDATE ON cases_case
    FOR EACH ROW EXECUTE FUNCTION debitura_case_is_frozen();

CREATE FUNCTION debitura_transition_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := (SELECT to_lifecycle FROM cases_casetransition WHERE case_id = NEW.case_id ORDER BY id DESC LIMIT 1);
BEGIN
    IF NEW.from_lifecycle <> coalesce(before, '') THEN
        RAISE EXCEPTION 'a transition begins where the one before it ended' USING ERRCODE = 'restrict_violation';
    END IF;
    IF before IS NOT NULL AND NOT debitura_case_may_go(before, NEW.to_lifecycle) THEN
        RAISE EXCEPTION 'a case cannot go from % to %', before, NEW.to_lifecycle USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transition_goes_on BEFORE INSERT ON cases_casetransition
    FOR EACH ROW EXECUTE FUNCTION debitura_transition_goes_on();

-- Compared at the end of the transaction, for one of the two is written first.
CREATE FUNCTION debitura_case_stands_where_its_course_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid := CASE TG_TABLE_NAME WHEN 'cases_case' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'case_id' END;
BEGIN
    IF (SELECT lifecycle FROM cases_case WHERE id = which) IS DISTINCT FROM
       (SELECT to_lifecycle FROM cases_casetransition WHERE case_id = which ORDER BY id DESC LIMIT 1)
    THEN
        RAISE EXCEPTION 'a case stands where its newest transition ends' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER case_stands_where_its_course_ends AFTER INSERT OR UPDATE OF lifecycle ON cases_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debitura_case_stands_where_its_course_ends();
CREATE CONSTRAINT TRIGGER course_ends_where_the_case_stands AFTER INSERT ON cases_casetransition
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debitura_case_stands_where_its_course_ends();

CREATE TRIGGER cases_are_never_deleted BEFORE DELETE ON cases_case
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('cases are closed');
CREATE TRIGGER cases_are_never_truncated BEFORE TRUNCATE ON cases_case
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('cases are closed');
"""

APPEND_ONLY = {
    "cases_casetransition": "transitions_are",
    "cases_submittedcase": "submitted_cases_are",
    "cases_collectionpartnerhistory": "history_is",
    "cases_coveragehistory": "history_is",
    "cases_exchangeratehistory": "history_is",
}

REFUSE = """
CREATE TRIGGER {what}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('it is append-only');
CREATE TRIGGER {what}_never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('it is append-only');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_cases_and_collection_partners"),
        ("clients", "0007_what_the_database_refuses_of_conflicts"),
    ]

    operations = [
        migrations.RunSQL(TOGETHER),
        migrations.RunSQL(SEARCH),
        migrations.RunSQL(COURSE),
        *[migrations.RunSQL(REFUSE.format(table=table, what=what)) for table, what in APPEND_ONLY.items()],
    ]
