"""
A signature is of its link's client and partner. And who only uses the tables links, signs and publishes now, as things stand.

Their owner may enter what was before: an import, the demo, a test.
"""

from django.db import migrations

FORGERIES = """
CREATE FUNCTION debitura_signature_is_of_its_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM clients_referralpartnerclientlink AS link
        WHERE link.id = NEW.link_id AND link.client_id = NEW.client_id AND link.partner_id = NEW.partner_id
    ) THEN
        RAISE EXCEPTION 'a signature is of the client and the partner of its link' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_is_of_its_link BEFORE INSERT ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_signature_is_of_its_link();

-- Under the name that the company has, by an admin that it has, through the partner that it has (product-rules 4.2, 4.5).
CREATE FUNCTION debitura_signature_is_made_as_things_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT debitura_owns(TG_RELID) AND (NEW.invalidated_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM clients_referralpartnerclientlink AS link
        JOIN clients_client AS client ON client.id = link.client_id
        JOIN clients_user AS signer ON signer.client_id = client.id
        WHERE link.id = NEW.link_id AND link.archived_at IS NULL
          AND client.name = NEW.company_name AND client.withdrawn_at IS NULL AND client.erased_at IS NULL
          AND signer.id = NEW.signer_user_id AND signer.role = 'CreditorAdmin'
    )) THEN
        RAISE EXCEPTION 'a signature is made by an admin of the client, under its name and active link'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_is_made_as_things_stand BEFORE INSERT ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_signature_is_made_as_things_stand();
CREATE TRIGGER signature_is_made_now BEFORE INSERT ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('signed_at');
CREATE TRIGGER signature_is_invalidated_now BEFORE UPDATE OF invalidated_at ON clients_signature
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('invalidated_at');

-- At the partner's fee, and attributed to it only if nobody had the client before (product-rules 2.5, 3.9): archiving a
-- link and making another one changes no fee.
CREATE FUNCTION debitura_link_is_made_as_things_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT debitura_owns(TG_RELID) AND (
        NEW.archived_at IS NOT NULL
        OR NEW.fee_percentage IS DISTINCT FROM
           (SELECT fee_percentage FROM partners_referralpartner WHERE id = NEW.partner_id)
        OR NEW.is_attributed AND EXISTS (
            SELECT FROM clients_referralpartnerclientlink AS before WHERE before.client_id = NEW.client_id
        )
    ) THEN
        RAISE EXCEPTION 'a link is made at the fee of its partner, and attributed if it is the first of the client'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link_is_made_as_things_stand BEFORE INSERT ON clients_referralpartnerclientlink
    FOR EACH ROW EXECUTE FUNCTION debitura_link_is_made_as_things_stand();
CREATE TRIGGER link_is_made_now BEFORE INSERT ON clients_referralpartnerclientlink
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('created_at');
CREATE TRIGGER link_is_archived_now BEFORE UPDATE OF archived_at ON clients_referralpartnerclientlink
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('archived_at');

CREATE TRIGGER agreement_is_published_now BEFORE INSERT OR UPDATE OF published_at ON clients_agreement
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('published_at');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0012_addresses_are_in_their_normal_form"),
        ("staff", "0003_what_happens_now_is_dated_now"),
    ]

    operations = [migrations.RunSQL(FORGERIES)]
