"""A document says which letters of the parties no font has, so that Legal can find it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0016_nobody_judges_by_what_was_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="signeddocument",
            name="letters_as_numbers",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Letters of the parties that no font has: the document shows boxes with these numbers.",
            ),
        ),
        migrations.AlterField(
            model_name="signeddocument",
            name="is_accessible",
            field=models.BooleanField(help_text="Tagged as PDF/UA; not so where that could not be had."),
        ),
    ]
