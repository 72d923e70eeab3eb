"""The built-in roles learn what they may do with changes, and what a diagnosis asks."""

from django.db import migrations

ADDED = {
    "Administrator": ["changes:write", "approvals:write"],
    "Helpdesk": [
        "changes:read",
        "RunChanges",
        "CheckMailDomain",
        "access_rules:read",
        "mobile:read",
        "DescribeIdentityProviderConfiguration",
    ],
    "Exporter": ["changes:read", "RunChanges"],
}


def add(apps, schema_editor):
    for role in apps.get_model("operators", "Role").objects.filter(name__in=ADDED):
        role.permissions = list(dict.fromkeys([*role.permissions, *ADDED[role.name]]))
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("operators", "0002_roles")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
