"""
Who only uses the tables signs, links and decides by what is committed when it does so.

The rules of these tables read other rows. In a transaction of REPEATABLE READ they would read what those were when it
began: a version that is no longer current, a fee of before.
"""

from django.db import migrations

READS_WHAT_IS_COMMITTED = """
CREATE FUNCTION debitura_reads_what_is_committed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' AND NOT debitura_owns(TG_RELID) THEN
        RAISE EXCEPTION 'only a transaction that reads what is committed may write here'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER signatures_are_made_by_what_is_committed BEFORE INSERT OR UPDATE ON clients_signature
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_reads_what_is_committed();
CREATE TRIGGER links_are_made_by_what_is_committed BEFORE INSERT OR UPDATE ON clients_referralpartnerclientlink
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_reads_what_is_committed();
CREATE TRIGGER agreements_are_published_by_what_is_committed BEFORE INSERT OR UPDATE ON clients_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_reads_what_is_committed();
CREATE TRIGGER requests_are_decided_by_what_is_committed BEFORE INSERT OR UPDATE ON clients_linkrequest
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_reads_what_is_committed();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0015_proven_addresses_by_domain")]

    operations = [
        migrations.RunSQL(READS_WHAT_IS_COMMITTED, "DROP FUNCTION debitura_reads_what_is_committed() CASCADE")
    ]
