"""Which ids lie within a mail domain, from an index alone: what else hangs on them is narrowed by that."""

from django.db import migrations, models

from console.mirror import search_index


def inform(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        search_index.install_statistics(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("mirror", "0004_walks")]
    operations = [
        migrations.AddIndex(
            model_name="entity",
            index=models.Index(fields=["organization", "domain", "entity_id"], name="entity_within"),
        ),
        migrations.RunPython(inform, migrations.RunPython.noop),
    ]
