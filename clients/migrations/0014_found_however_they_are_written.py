"""Clients are found by part of their name, number or e-mail, without its accents and with whatever apostrophe."""

from django.db import migrations


# Accents fall off what has them in Unicode; a few letters are made otherwise, and some are written as two. Apostrophes
# are left out: people type one of four, or none. The acute accent alone would become a blank, and goes with them.
FOLDED = """
CREATE FUNCTION debitura_folded(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN normalize(translate(
    replace(replace(replace(replace(lower(regexp_replace(
        normalize(translate(given, E'\\'’‘‛ʼʻ`´′\\u200c\\u200d', ''), NFKD), '[\\u0300-\\u036f\\u0591-\\u05c7\\u064b-\\u065f\\u0670]+', '', 'g'
    )), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    'øłđðıħŧς', 'olddihtσ'
), NFC);

ALTER TABLE clients_client ADD COLUMN known_as text NOT NULL GENERATED ALWAYS AS (
    debitura_folded(name || E'\\n' || registration_number || E'\\n' || support_email)
) STORED;
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0013_what_the_application_cannot_forge")]

    operations = [migrations.RunSQL(FOLDED)]
