"""Create the audit log: its tables, the signed head of an empty log and the triggers that protect it."""

import console.ledger.fields
from django.conf import settings
from django.db import migrations, models

from console.ledger import chain, triggers


def begin_chain(apps, schema_editor):
    """Sign the head of the empty log, then install the triggers."""
    seal = chain.SignedHead.make(0, chain.GENESIS, chain.read_keys(settings.LEDGER_KEYS))
    head = apps.get_model("ledger", "Head")
    head.objects.using(schema_editor.connection.alias).create(
        pk=1, seq=seal.seq, hash=seal.hash, key_id=seal.key_id, mac=seal.mac
    )
    triggers.install(schema_editor.connection)


def end_chain(apps, schema_editor):
    """Remove the triggers of a log without entries; refuse if it has any."""
    if apps.get_model("ledger", "Entry").objects.using(schema_editor.connection.alias).exists():
        raise RuntimeError("The audit log has entries, so its tables are not removed.")
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('key_id', models.CharField(max_length=64)),
                ('mac', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('kind', models.CharField(choices=[('anchor', 'Anchoring'), ('verification', 'Verification')], max_length=20, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('problem', models.CharField(blank=True, max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('seq', console.ledger.fields.Seq(primary_key=True, serialize=False, verbose_name='number')),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('intent', 'Intent'), ('outcome', 'Outcome'), ('denied', 'Denied'), ('signed_in', 'Signed in'), ('sign_in_failed', 'Sign-in failed'), ('signed_out', 'Signed out'), ('revealed', 'Revealed'), ('observed', 'Changed outside'), ('changed', 'Changed'), ('requested', 'Requested'), ('downloaded', 'Downloaded')], max_length=20)),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Done'), ('refused', 'Refused'), ('unknown', 'Unknown'), ('applied', 'Applied'), ('not_applied', 'Not applied'), ('undetermined', 'Undetermined'), ('sent', 'Sent'), ('broken_off', 'Broken off')], max_length=20)),
                ('call', models.UUIDField(help_text='Joins an intent and its outcomes.')),
                ('operator_id', models.BigIntegerField(blank=True, null=True)),
                ('operator', models.CharField(blank=True, max_length=254)),
                ('organization', models.CharField(blank=True, max_length=64)),
                ('operation', models.CharField(blank=True, max_length=64)),
                ('target', models.CharField(blank=True, max_length=256)),
                ('target_name', models.CharField(blank=True, max_length=320)),
                ('reason', models.TextField(blank=True)),
                ('ticket', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('session', models.CharField(blank=True, max_length=64)),
                ('method', models.CharField(blank=True, max_length=100)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('aws_request_id', models.CharField(blank=True, max_length=128)),
                ('text', models.TextField(db_column='body')),
                ('key_id', models.CharField(max_length=64)),
                ('prev', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name_plural': 'entries',
                'ordering': ['-seq'],
                'indexes': [models.Index(fields=['organization', 'seq'], name='ledger_organization'), models.Index(fields=['organization', 'operator_id', 'seq'], name='ledger_operator'), models.Index(fields=['organization', 'operation', 'seq'], name='ledger_operation'), models.Index(fields=['organization', 'target', 'seq'], name='ledger_target'), models.Index(fields=['organization', 'outcome', 'seq'], name='ledger_outcome'), models.Index(fields=['organization', 'at'], name='ledger_at'), models.Index(fields=['organization', 'ticket'], name='ledger_ticket'), models.Index(fields=['organization', 'request_id'], name='ledger_request'), models.Index(fields=['organization', 'aws_request_id'], name='ledger_aws_request'), models.Index(fields=['call'], name='ledger_call'), models.Index(fields=['kind', 'at'], name='ledger_kind')],
            },
        ),
        migrations.RunPython(begin_chain, end_chain),
    ]
