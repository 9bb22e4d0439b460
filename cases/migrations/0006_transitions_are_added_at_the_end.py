"""A transition is added after those that there are, and dated now by who does not own the table."""

from django.db import migrations

AT_THE_END = """
CREATE OR REPLACE FUNCTION debitura_transition_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest cases_casetransition;
BEGIN
    SELECT * INTO newest FROM cases_casetransition WHERE case_id = NEW.case_id ORDER BY id DESC LIMIT 1;
    IF NEW.id <= newest.id THEN
        RAISE EXCEPTION 'a transition is added after those that there are' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.from_lifecycle <> coalesce(newest.to_lifecycle, '') THEN
        RAISE EXCEPTION 'a transition begins where the one before it ended' USING ERRCODE = 'restrict_violation';
    END IF;
    IF newest.id IS NOT NULL AND NOT debitura_case_may_go(newest.to_lifecycle, NEW.to_lifecycle) THEN
        RAISE EXCEPTION 'a case cannot go from % to %', newest.to_lifecycle, NEW.to_lifecycle
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transition_happens_now BEFORE INSERT ON cases_casetransition
    FOR EACH ROW EXECUTE FUNCTION debitura_is_now('at');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_search_within_words"),
        ("staff", "0003_what_happens_now_is_dated_now"),
    ]

    operations = [migrations.RunSQL(AT_THE_END)]
