"""Indexes that hold what the filters ask for, so that a walk reads few rows; known to SQLite's planner."""

from django.db import migrations, models

from console.mirror import search_index

SORTS = (
    "sort_name",
    "sort_display_name",
    "email",
    "sort_department",
    "state",
    "role",
    "sort_size",
    "sort_quota",
    "sort_enabled",
)
FILTERED = ("state", "domain", "hidden", "role")
BEFORE = [*(f"entity_{sort}" for sort in SORTS), "entity_in_state", "entity_in_domain", "entity_census"]


def walk(sort):
    rest = (name for name in FILTERED if name != sort)
    return models.Index(fields=["organization", "kind", sort, "id", *rest], name=f"entity_{sort}")


AFTER = [
    *(walk(sort) for sort in SORTS),
    models.Index(
        fields=["organization", "kind", *FILTERED, "mailbox_size", "mailbox_quota"], name="entity_census"
    ),
    models.Index(
        fields=["organization", "disabled_date"],
        name="entity_ending",
        condition=models.Q(disabled_date__isnull=False),
    ),
]


def inform(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        search_index.install_statistics(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("mirror", "0003_census")]
    operations = [
        *(migrations.RemoveIndex(model_name="entity", name=name) for name in BEFORE),
        *(migrations.AddIndex(model_name="entity", index=index) for index in AFTER),
        migrations.RunPython(inform, migrations.RunPython.noop),
    ]
