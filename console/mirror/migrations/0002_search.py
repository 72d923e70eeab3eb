"""Indexes of trigrams over `search_text`, each database's own, and of prefixes on PostgreSQL.

A later migration that makes Django rebuild `mirror_entity` on SQLite loses the triggers: it has to
call `search_index.remove` before and `search_index.install` after.
"""

from django.db import migrations

from console.mirror import search_index


def install(apps, schema_editor):
    search_index.install(schema_editor.connection)


def remove(apps, schema_editor):
    search_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("mirror", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
