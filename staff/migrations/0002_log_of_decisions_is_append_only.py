"""Who decided what, and why, is only ever added to; for a superuser of the database too."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION staff_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what staff decided is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION staff_log_is_append_only();
CREATE TRIGGER log_is_never_truncated BEFORE TRUNCATE ON django_admin_log
    FOR EACH STATEMENT EXECUTE FUNCTION staff_log_is_append_only();
CREATE TRIGGER context_is_append_only BEFORE UPDATE OR DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION staff_log_is_append_only();
CREATE TRIGGER context_is_never_truncated BEFORE TRUNCATE ON pghistory_context
    FOR EACH STATEMENT EXECUTE FUNCTION staff_log_is_append_only();
"""

UNDONE = """
DROP TRIGGER log_is_append_only ON django_admin_log;
DROP TRIGGER log_is_never_truncated ON django_admin_log;
DROP TRIGGER context_is_append_only ON pghistory_context;
DROP TRIGGER context_is_never_truncated ON pghistory_context;
DROP FUNCTION staff_log_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_staff"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [migrations.RunSQL(APPEND_ONLY, UNDONE)]
