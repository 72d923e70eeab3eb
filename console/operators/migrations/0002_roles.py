"""The roles that come with the console."""

from django.db import migrations

from console.operators import roles


def install(apps, schema_editor):
    roles.install(apps.get_model("operators", "Role"))


class Migration(migrations.Migration):
    dependencies = [("operators", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
