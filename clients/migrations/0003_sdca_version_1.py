"""The first version of the agreement. Its text is the file beside the models, which is as frozen as this migration."""

from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TEXT = Path(__file__).parent.parent / "agreements" / "sdca_1.md"
PUBLISHED_AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def publish_version_1(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("clients", "Agreement").objects.create(
        number=1,
        title="Standard Debt Collection Agreement",
        text=TEXT.read_text(encoding="utf-8"),
        is_material=True,
        published_at=PUBLISHED_AT,
        required_from=PUBLISHED_AT,
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0002_what_the_database_refuses")]

    operations = [migrations.RunPython(publish_version_1)]
