"""
What another outcome has overtaken can wait for the client again, until its old deadline.

Before this a partner could have as many requests for one client as it liked, each with codes and a URL of its own.
"""

import hashlib

from django.db import migrations

TAKEN_UP_AGAIN = """
CREATE OR REPLACE FUNCTION debitura_request_is_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decision text[] := ARRAY['status', 'decided_at', 'decided_by_user_id', 'is_unknown_to_client'];
    lifting text[] := ARRAY['lifted_at', 'lifted_by_id'];
    again text[] := ARRAY['status', 'decided_at'];
BEGIN
    IF to_jsonb(OLD) - decision - lifting IS DISTINCT FROM to_jsonb(NEW) - decision - lifting THEN
        RAISE EXCEPTION 'a request is frozen but for its decision' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'Superseded' AND NEW.status = 'Pending' AND OLD.expires_at > clock_timestamp()
       AND OLD.offered_by_id IS NULL AND to_jsonb(OLD) - again IS NOT DISTINCT FROM to_jsonb(NEW) - again THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'Pending' AND to_jsonb(OLD) - lifting IS DISTINCT FROM to_jsonb(NEW) - lifting THEN
        RAISE EXCEPTION 'a request is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.lifted_at IS NOT NULL AND to_jsonb(OLD) IS DISTINCT FROM to_jsonb(NEW) THEN
        RAISE EXCEPTION 'what support has lifted stays lifted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER matched_addresses_are_append_only BEFORE UPDATE ON clients_linkconflictaddress
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('what matched is kept');
CREATE TRIGGER matched_addresses_are_never_truncated BEFORE TRUNCATE ON clients_linkconflictaddress
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('what matched is kept');
"""


def name_the_clients(apps, schema_editor):
    """Give what stands its key, once for each partner and set of clients: the oldest. Others stay for themselves."""
    LinkConflict = apps.get_model("clients", "LinkConflict")
    taken = set()
    for conflict in LinkConflict.objects.filter(kind="Ambiguous").order_by("first_asked_at", "pk"):
        ids = sorted(str(match.client_id) for match in conflict.matches.all())
        key = hashlib.sha256(" ".join(ids).encode()).hexdigest()
        if (conflict.partner_id, key) in taken and conflict.status in ("Open", "Refused"):
            continue
        if conflict.status in ("Open", "Refused"):
            taken.add((conflict.partner_id, key))
        LinkConflict.objects.filter(pk=conflict.pk).update(matched_key=key)


class Migration(migrations.Migration):
    dependencies = [("clients", "0009_proven_addresses_and_what_matched")]

    operations = [
        migrations.RunSQL(TAKEN_UP_AGAIN, migrations.RunSQL.noop),
        # What stands is frozen but for its decision; the key is what it says already, in one value.
        migrations.RunSQL("ALTER TABLE clients_linkconflict DISABLE TRIGGER conflict_is_decided_once"),
        migrations.RunPython(name_the_clients, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL("ALTER TABLE clients_linkconflict ENABLE TRIGGER conflict_is_decided_once"),
    ]
