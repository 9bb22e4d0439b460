"""Requests are decided once and never deleted; their history is only added to."""

from django.db import migrations

REFUSALS = """
CREATE TRIGGER requests_are_never_deleted BEFORE DELETE ON clients_linkrequest
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('requests are decided');
CREATE TRIGGER requests_are_never_truncated BEFORE TRUNCATE ON clients_linkrequest
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('requests are decided');

CREATE FUNCTION debitura_request_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_at', 'decided_by_user_id', 'is_unknown_to_client'];
    lifting text[] := ARRAY['lifted_at', 'lifted_by_id'];
BEGIN
    IF to_jsonb(OLD) - decision - lifting IS DISTINCT FROM to_jsonb(NEW) - decision - lifting THEN
        RAISE EXCEPTION 'a request is frozen but for its decision' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'Pending' AND to_jsonb(OLD) - lifting IS DISTINCT FROM to_jsonb(NEW) - lifting THEN
        RAISE EXCEPTION 'a request is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.lifted_at IS NOT NULL AND to_jsonb(OLD) IS DISTINCT FROM to_jsonb(NEW) THEN
        RAISE EXCEPTION 'what support has lifted stays lifted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER request_is_frozen BEFORE UPDATE ON clients_linkrequest
    FOR EACH ROW EXECUTE FUNCTION debitura_request_is_frozen();

CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON clients_linkrequesthistory
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('history is append-only');
CREATE TRIGGER history_is_never_truncated BEFORE TRUNCATE ON clients_linkrequesthistory
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('history is append-only');
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0004_link_requests")]

    operations = [migrations.RunSQL(REFUSALS)]
