"""Conflicts are decided and reopened, never deleted; their history is only added to."""

from django.db import migrations

REFUSALS = """
CREATE TRIGGER conflicts_are_never_deleted BEFORE DELETE ON clients_linkconflict
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('conflicts are decided');
CREATE TRIGGER conflicts_are_never_truncated BEFORE TRUNCATE ON clients_linkconflict
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('conflicts are decided');

CREATE FUNCTION debitura_conflict_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_at', 'decided_by_id', 'reason', 'request_id'];
    counting text[] := ARRAY['times_asked', 'last_asked_at'];
BEGIN
    IF to_jsonb(OLD) - decision - counting IS DISTINCT FROM to_jsonb(NEW) - decision - counting THEN
        RAISE EXCEPTION 'a conflict is frozen but for its decision' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'Open' AND NEW.status <> 'Open'
       AND to_jsonb(OLD) - counting IS DISTINCT FROM to_jsonb(NEW) - counting THEN
        RAISE EXCEPTION 'a decided conflict is reopened before it is decided anew' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conflict_is_decided_once BEFORE UPDATE ON clients_linkconflict
    FOR EACH ROW EXECUTE FUNCTION debitura_conflict_is_decided_once();

CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON clients_linkconflicthistory
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('history is append-only');
CREATE TRIGGER history_is_never_truncated BEFORE TRUNCATE ON clients_linkconflicthistory
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('history is append-only');
CREATE TRIGGER matches_are_append_only BEFORE UPDATE OR DELETE ON clients_linkconflictmatch
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('what matched is kept');
CREATE TRIGGER matches_are_never_truncated BEFORE TRUNCATE ON clients_linkconflictmatch
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('what matched is kept');
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0006_link_conflicts")]

    operations = [migrations.RunSQL(REFUSALS)]
