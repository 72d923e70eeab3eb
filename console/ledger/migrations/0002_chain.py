"""Begin the chain with a signed head of no entries, then let the tables only grow."""

from django.conf import settings
from django.db import migrations

from console.ledger import chain, triggers


def begin(apps, schema_editor):
    seal = chain.SignedHead.make(0, chain.GENESIS, chain.read_keys(settings.LEDGER_KEYS))
    head = apps.get_model("ledger", "Head")
    head.objects.using(schema_editor.connection.alias).create(
        pk=1, seq=seal.seq, hash=seal.hash, key_id=seal.key_id, mac=seal.mac
    )
    triggers.install(schema_editor.connection)


def end(apps, schema_editor):
    """Only a ledger without entries may be unmade by a migration."""
    if apps.get_model("ledger", "Entry").objects.using(schema_editor.connection.alias).exists():
        raise RuntimeError("the ledger has entries: it is not unmade by a migration")
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(begin, end)]
