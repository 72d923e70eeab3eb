"""An index from which entities can be counted, known to SQLite's planner."""

from django.db import migrations, models

from console.mirror import search_index


def inform(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        search_index.install_statistics(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("mirror", "0002_search")]
    operations = [
        migrations.AddIndex(
            model_name="entity",
            index=models.Index(fields=["organization", "kind", "state", "role"], name="entity_census"),
        ),
        migrations.RunPython(inform, migrations.RunPython.noop),
    ]
