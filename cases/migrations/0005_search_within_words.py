"""
Find cases by parts of words, however accents are written; and by a few words, each once: a hundred took seconds.

The column is filled anew under a lock on the table, and has a new index: some seconds for a hundred thousand cases.
"""

from django.db import migrations

# Both sides are cut into words in one way: whatever is no letter or digit stands between them.
#
# A word is found from any of its letters on, so an index holds its ends, each of 24 letters at most. One or two letters
# of ASCII would be in nearly every word: they must be its first, which are held behind a sign that no word has. Scripts
# that set no blanks between words say much in one letter.
SEARCH = r"""
DROP INDEX cases_by_their_words;
ALTER TABLE cases_case DROP COLUMN search;

CREATE FUNCTION debitura_words(given text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN string_to_array(nullif(btrim(regexp_replace(debitura_folded(given), '[^[:alnum:]]+', ' ', 'g')), ''), ' ');

CREATE FUNCTION debitura_is_telling(word text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN length(word) > 2 OR word ~ '[^ -~]';

CREATE FUNCTION debitura_parts_of_words(given text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(array_to_tsvector(array_agg(
               CASE at WHEN 0 THEN '=' || left(word, 2) ELSE substr(word, at, 24) END
           )), '')
      FROM unnest(debitura_words(given)) AS word,
           generate_series(0, CASE WHEN word ~ '[^ -~]' THEN length(word) ELSE greatest(length(word) - 2, 0) END) AS at
);

-- A word that is in another one tells nothing more than that one; of the rest the longest tell most.
-- Dear, so that no plan reckons with making it for each row.
CREATE OR REPLACE FUNCTION debitura_case_query(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    COST 10000
RETURN (
    WITH words AS (SELECT DISTINCT word FROM unnest(debitura_words(given)) AS word),
    telling AS (
        SELECT word FROM words
         WHERE NOT EXISTS (
             SELECT FROM words AS other
              WHERE other.word <> words.word AND CASE WHEN debitura_is_telling(words.word)
                    THEN strpos(other.word, words.word) > 0 ELSE starts_with(other.word, words.word) END
         )
         ORDER BY length(word) DESC, word LIMIT 6
    )
    SELECT string_agg(
        quote_literal(CASE WHEN debitura_is_telling(word) THEN left(word, 24) ELSE '=' || word END) || ':*',
        ' & '
    )::tsquery FROM telling
);
DROP FUNCTION debitura_case_words(text);

ALTER TABLE cases_case ADD COLUMN search tsvector GENERATED ALWAYS AS (
    debitura_parts_of_words(reference || ' ' || creditor_reference || ' ' || debtor_name)
) STORED;
CREATE INDEX cases_by_their_words ON cases_case USING gin (search);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_order_by_amount_and_due_date"),
        ("clients", "0014_found_however_they_are_written"),
    ]

    operations = [migrations.RunSQL(SEARCH)]
