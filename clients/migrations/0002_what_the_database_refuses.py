"""
The rules that no Django constraint can say, as SQL of our own.

django-pgtrigger's triggers can be switched off by any role with one set_config; these cannot. They hold for a superuser too.
"""

from django.db import migrations

REFUSALS = """
CREATE FUNCTION debitura_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER clients_are_never_deleted BEFORE DELETE ON clients_client
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('clients are withdrawn or erased in place');
CREATE TRIGGER clients_are_never_truncated BEFORE TRUNCATE ON clients_client
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('clients are withdrawn or erased in place');

CREATE TRIGGER links_are_never_deleted BEFORE DELETE ON clients_referralpartnerclientlink
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('links are archived');
CREATE TRIGGER links_are_never_truncated BEFORE TRUNCATE ON clients_referralpartnerclientlink
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('links are archived');

-- Whole rows are compared but for what may change, so that a column added later is frozen until somebody says otherwise.
CREATE FUNCTION debitura_link_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'archived_at' IS DISTINCT FROM to_jsonb(NEW) - 'archived_at' THEN
        RAISE EXCEPTION 'a link is frozen but for its archiving' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.archived_at IS NOT NULL AND OLD.archived_at IS DISTINCT FROM NEW.archived_at THEN
        RAISE EXCEPTION 'an archived link stays as it was archived' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link_is_frozen BEFORE UPDATE ON clients_referralpartnerclientlink
    FOR EACH ROW EXECUTE FUNCTION debitura_link_is_frozen();

CREATE FUNCTION debitura_agreement_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published agreement is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER published_agreement_is_frozen BEFORE UPDATE OR DELETE ON clients_agreement
    FOR EACH ROW EXECUTE FUNCTION debitura_agreement_is_frozen();
CREATE TRIGGER agreements_are_never_truncated BEFORE TRUNCATE ON clients_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('published agreements are frozen');

CREATE FUNCTION debitura_agreement_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.text_sha256 := encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_hash BEFORE INSERT OR UPDATE ON clients_agreement
    FOR EACH ROW EXECUTE FUNCTION debitura_agreement_hash();

-- Versions are published in the order of their numbers, and none is required before the one before it (product-rules 4.7).
CREATE FUNCTION debitura_agreement_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.published_at IS NOT NULL AND EXISTS (
        SELECT FROM clients_agreement AS other
        WHERE other.published_at IS NOT NULL AND other.id <> NEW.id
          AND (other.number > NEW.number OR other.required_from > NEW.required_from)
    ) THEN
        RAISE EXCEPTION 'a later version is published, or is required later' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agreements_are_published_in_order AFTER INSERT OR UPDATE ON clients_agreement
    FOR EACH ROW EXECUTE FUNCTION debitura_agreement_order();

CREATE TRIGGER signatures_are_never_deleted BEFORE DELETE ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('signatures are append-only');
CREATE TRIGGER signatures_are_never_truncated BEFORE TRUNCATE ON clients_signature
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('signatures are append-only');

CREATE FUNCTION debitura_signature_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['invalidated_at', 'invalidated_by_id', 'invalidated_why'];
BEGIN
    IF OLD.invalidated_at IS NOT NULL OR to_jsonb(OLD) - may_change IS DISTINCT FROM to_jsonb(NEW) - may_change THEN
        RAISE EXCEPTION 'a signature is frozen but for its invalidation' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_is_frozen BEFORE UPDATE ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_signature_is_frozen();

-- Nobody signs a draft, an older version, or a text other than the one published.
CREATE FUNCTION debitura_signature_is_of_the_current_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM clients_agreement AS signed
        WHERE signed.id = NEW.agreement_id AND signed.published_at <= NEW.signed_at
          AND signed.text_sha256 = NEW.agreement_sha256
          AND NOT EXISTS (
              SELECT FROM clients_agreement AS later
              WHERE later.published_at IS NOT NULL AND later.number > signed.number
          )
    ) THEN
        RAISE EXCEPTION 'a signature is for the version that is current' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_is_of_the_current_agreement BEFORE INSERT ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_signature_is_of_the_current_agreement();

CREATE FUNCTION debitura_signature_has_its_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM clients_signeddocument WHERE signature_id = NEW.id) THEN
        RAISE EXCEPTION 'a signature comes with its document' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER signature_has_its_document AFTER INSERT ON clients_signature
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debitura_signature_has_its_document();

CREATE TRIGGER documents_are_frozen BEFORE UPDATE OR DELETE ON clients_signeddocument
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('signed documents are append-only');
CREATE TRIGGER documents_are_never_truncated BEFORE TRUNCATE ON clients_signeddocument
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('signed documents are append-only');
ALTER TABLE clients_signeddocument
    ADD CONSTRAINT document_is_what_its_hash_says CHECK (sha256 = encode(sha256(pdf), 'hex'));

-- An address that a user or a company holds is registered, and to that very client.
ALTER TABLE clients_user ADD CONSTRAINT user_address_is_registered_to_the_client
    FOREIGN KEY (email_key, client_id) REFERENCES clients_emailaddress (address, client_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE clients_client ADD CONSTRAINT support_address_is_registered_to_the_client
    FOREIGN KEY (support_email_key, id) REFERENCES clients_emailaddress (address, client_id)
    DEFERRABLE INITIALLY DEFERRED;

-- Names are compared as they stand, so they stand in one form (product-rules 4.2).
ALTER TABLE clients_client ADD CONSTRAINT company_name_is_nfc_with_single_spaces
    CHECK (name IS NFC NORMALIZED AND name !~ '(^ )|( $)|  |[\t\n\r\f\v]');
ALTER TABLE clients_signature ADD CONSTRAINT signed_company_name_is_nfc_with_single_spaces
    CHECK (company_name IS NFC NORMALIZED AND company_name !~ '(^ )|( $)|  |[\t\n\r\f\v]');
"""

HISTORIES = [
    "clients_agreementhistory",
    "clients_clienthistory",
    "clients_referralpartnerclientlinkhistory",
    "clients_userhistory",
    "partners_referralpartnerhistory",
]

HISTORY = """
CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION debitura_refuse('history is append-only');
CREATE TRIGGER history_is_never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION debitura_refuse('history is append-only');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_clients_links_agreements"),
        ("partners", "0001_partners_and_keys"),
    ]

    operations = [
        migrations.RunSQL(REFUSALS),
        *[migrations.RunSQL(HISTORY.format(table=table)) for table in HISTORIES],
    ]
