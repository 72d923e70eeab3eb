from typing import Any

import django.db.models.functions.text
from django.db import migrations, models


def rename_duplicates(apps: Any, _: Any) -> None:
    """Number the networks whose names differ in case alone."""
    networks = apps.get_model("access_rules", "NamedNetwork").objects
    names = {(each.organization_id, each.name.lower()): each.pk for each in networks.order_by("-pk")}
    for network in networks.order_by("pk"):
        if names[network.organization_id, network.name.lower()] != network.pk:
            network.name = f"{network.name[:60]} ({network.pk})"
            network.save(update_fields=["name"])


class Migration(migrations.Migration):
    dependencies = [("access_rules", "0001_initial")]
    operations = [
        migrations.RemoveConstraint("namednetwork", "network_name"),
        migrations.RunPython(rename_duplicates, migrations.RunPython.noop),
        migrations.AddConstraint(
            "namednetwork",
            models.UniqueConstraint(
                "organization", django.db.models.functions.text.Lower("name"), name="network_in_any_case"
            ),
        ),
    ]
