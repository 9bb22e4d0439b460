"""Search cases by a few words, each once: a hundred of one letter took seconds."""

from django.db import migrations

# A word that another one begins with tells nothing more than that one; of the rest the longest tell most.
QUERY = """
CREATE OR REPLACE FUNCTION debitura_case_query(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    WITH words AS (
        SELECT DISTINCT word FROM unnest(string_to_array(lower(debitura_case_words(given)), ' ')) AS word
    ), telling AS (
        SELECT word FROM words
         WHERE NOT EXISTS (SELECT FROM words other WHERE other.word <> words.word AND starts_with(other.word, words.word))
         ORDER BY length(word) DESC, word LIMIT 6
    )
    SELECT to_tsquery('simple', string_agg(word || ':*', ' & ')) FROM telling WHERE word <> ''
)
"""
BEFORE = """
CREATE OR REPLACE FUNCTION debitura_case_query(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_tsquery('simple', replace(nullif(debitura_case_words(given), ''), ' ', ':* & ') || ':*')
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_order_by_amount_and_due_date")]

    operations = [migrations.RunSQL(QUERY, BEFORE)]
