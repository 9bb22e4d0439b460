"""Each code knows whose it is, so that all codes for a client are counted in one look-up."""

import django.db.models.deletion
from django.db import migrations, models

# By the database, so that it cannot be another's: the link or the request says whose it is.
OF_ITS_LINK = """
CREATE FUNCTION debitura_code_is_of_its_links_client() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.client_id := coalesce(
        (SELECT client_id FROM public.clients_referralpartnerclientlink WHERE id = NEW.link_id),
        (SELECT client_id FROM public.clients_linkrequest WHERE id = NEW.link_request_id)
    );
    RETURN NEW;
END $$;
CREATE TRIGGER code_is_of_its_links_client BEFORE INSERT OR UPDATE OF client_id, link_id, link_request_id
    ON onboarding_emailcode FOR EACH ROW EXECUTE FUNCTION debitura_code_is_of_its_links_client();

-- The trigger knows it; what is written here does not count.
UPDATE onboarding_emailcode SET client_id = NULL;
"""
BEFORE = """
DROP TRIGGER code_is_of_its_links_client ON onboarding_emailcode;
DROP FUNCTION debitura_code_is_of_its_links_client;
"""


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0004_counting_codes_and_companies")]

    operations = [
        migrations.RunSQL(OF_ITS_LINK, BEFORE),
        # Foreign keys that were written above are checked before the table may change.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="emailcode",
            name="client",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="clients.client",
            ),
        ),
    ]
