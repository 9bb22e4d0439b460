"""
Who only uses the tables writes down what happens, when it happens: nothing is dated back or ahead.

Their owner may enter what was before: an import, the demo, a test. Web servers' clocks may be five minutes off.
"""

from django.db import migrations

NOW = """
CREATE FUNCTION debitura_owns(relation oid) RETURNS boolean LANGUAGE sql STABLE
RETURN pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE pg_class.oid = relation), 'USAGE');

CREATE FUNCTION debitura_is_now() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said timestamptz := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    -- Not now(), which is when the transaction began, and a session may have held it open since yesterday.
    IF said NOT BETWEEN clock_timestamp() - interval '5 minutes' AND clock_timestamp() + interval '5 minutes'
       AND NOT debitura_owns(TG_RELID)
    THEN
        RAISE EXCEPTION '% of % is not now', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decision_is_logged_now BEFORE INSERT ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('action_time');
"""

UNDONE = """
DROP TRIGGER decision_is_logged_now ON django_admin_log;
DROP FUNCTION debitura_is_now();
DROP FUNCTION debitura_owns(oid);
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_log_of_decisions_is_append_only")]

    operations = [migrations.RunSQL(NOW, UNDONE)]
