"""Administrators learn to have everything checked; who reads all, reads what was found."""

from django.db import migrations

ADDED = {"Administrator": ["posture:write"]}


def add(apps, schema_editor):
    for role in apps.get_model("operators", "Role").objects.filter(name__in=ADDED):
        role.permissions = list(dict.fromkeys([*role.permissions, *ADDED[role.name]]))
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("operators", "0003_changes")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
