"""Indexes of trigrams over `search_text`, each database's own, and of prefixes on PostgreSQL.

A later migration that makes Django rebuild `mirror_entity` on SQLite loses the triggers: it has to
call `searching.remove` before and `searching.install` after.
"""

from django.db import migrations

from console.mirror import searching


def install(apps, schema_editor):
    searching.install(schema_editor.connection)


def remove(apps, schema_editor):
    searching.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("mirror", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
