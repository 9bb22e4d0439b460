"""Which addresses were proven, from the codes that were typed in and the signatures that were given."""

from django.db import migrations

# An address that is held now, proven by somebody who has it now or who has signed with it. Signers keep theirs as text.
PROVEN = """
UPDATE clients_emailaddress AS address SET proven_at = proof.at
  FROM (SELECT person.email_key AS address, person.client_id, max(code.used_at) AS at
          FROM onboarding_emailcode AS code JOIN clients_user AS person ON person.id = code.user_id
         WHERE code.used_at IS NOT NULL AND code.address = person.email
         GROUP BY person.email_key, person.client_id
        UNION ALL
        SELECT person.email_key, person.client_id, max(signature.address_verified_at)
          FROM clients_signature AS signature
          JOIN clients_user AS person
            ON person.id = signature.signer_user_id AND person.client_id = signature.client_id
           AND person.email = signature.signer_email
         GROUP BY person.email_key, person.client_id) AS proof
 WHERE address.address = proof.address AND address.client_id = proof.client_id
   AND (address.proven_at IS NULL OR address.proven_at < proof.at);
"""

# Nobody knows when each was entered; none was before its client was made.
ENTERED = """
UPDATE clients_emailaddress AS address SET entered_at = client.created_at
  FROM clients_client AS client WHERE client.id = address.client_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0005_codes_know_their_client"),
        ("clients", "0011_keys_of_addresses_anew"),
    ]

    operations = [migrations.RunSQL(PROVEN, migrations.RunSQL.noop), migrations.RunSQL(ENTERED, migrations.RunSQL.noop)]
