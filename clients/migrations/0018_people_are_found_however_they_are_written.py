"""Users and signatures are found by part of their names and addresses, as clients are; some seconds under a lock."""

from django.db import migrations

KNOWN_AS = """
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
