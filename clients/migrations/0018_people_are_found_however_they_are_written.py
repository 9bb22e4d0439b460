"""Users and signatures are found by part of their names and addresses, as clients are; some seconds under a lock."""

from django.db import migrations

# A generated column has no value yet while a trigger looks at a row that is being written, so what freezes a signature
# leaves it out; it follows from what is frozen.
KNOWN_AS = """
CREATE OR REPLACE FUNCTION debitura_signature_is_frozen() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    may_change text[] := ARRAY['invalidated_at', 'invalidated_by_id', 'invalidated_why', 'known_as'];
BEGIN
    IF OLD.invalidated_at IS NOT NULL OR to_jsonb(OLD) - may_change IS DISTINCT FROM to_jsonb(NEW) - may_change THEN
        RAISE EXCEPTION 'a signature is frozen but for its invalidation' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

ALTER TABLE clients_user ADD COLUMN known_as text NOT NULL GENERATED ALWAYS AS (
    debitura_folded(name || E'\\n' || email)
) STORED;
ALTER TABLE clients_signature ADD COLUMN known_as text NOT NULL GENERATED ALWAYS AS (
    debitura_folded(company_name || E'\\n' || signer_name || E'\\n' || signer_email)
) STORED;
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0017_documents_say_which_letters_are_numbers")]

    operations = [migrations.RunSQL(KNOWN_AS)]
