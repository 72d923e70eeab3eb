from django.core.management import call_command
from django.db import migrations


def create_table(apps, schema_editor):
    """Named here, so that it is made whatever the settings say; one that exists stays."""
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("operators", "0005_digest")]
    operations = [migrations.RunPython(create_table, migrations.RunPython.noop)]
