import console.clock
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('mirror', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Destination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('role_arn', models.CharField(max_length=2048)),
                ('kms_key_arn', models.CharField(max_length=2048)),
                ('bucket', models.CharField(max_length=63)),
                ('prefix', models.CharField(max_length=1023)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='destinations', to='mirror.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='destination_name')],
            },
        ),
        migrations.CreateModel(
            name='ExportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity_id', models.CharField(max_length=256)),
                ('entity_name', models.CharField(max_length=256)),
                ('role_arn', models.CharField(blank=True, max_length=2048)),
                ('kms_key_arn', models.CharField(blank=True, max_length=2048)),
                ('bucket', models.CharField(blank=True, max_length=63)),
                ('prefix', models.CharField(blank=True, max_length=1023)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('ticket', models.CharField(blank=True, max_length=100)),
                ('requested_by_id', models.IntegerField(null=True)),
                ('requested_by', models.CharField(blank=True, max_length=254)),
                ('requested_at', models.DateTimeField(default=console.clock.now)),
                ('client_token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('starting', 'Starting'), ('running', 'Running'), ('completed', 'Completed'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('parked', 'needs attention')], default='queued', max_length=10)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('unanswered', models.PositiveSmallIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField(default=console.clock.now)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('expired_leases', models.PositiveSmallIntegerField(default=0, help_text='in a row, none of them returned')),
                ('note', models.CharField(blank=True, max_length=1100)),
                ('job_id', models.CharField(blank=True, max_length=63)),
                ('progress', models.PositiveSmallIntegerField(default=0)),
                ('mailbox_mb', models.FloatField(null=True)),
                ('path', models.CharField(blank=True, max_length=1100)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('size', models.BigIntegerField(null=True)),
                ('sha384', models.CharField(blank=True, max_length=96)),
                ('check_result', models.CharField(blank=True, choices=[('', 'not checked'), ('matches', 'Matches'), ('differs', 'Differs'), ('unreadable', 'Unreadable')], default='', max_length=10)),
                ('messages', models.PositiveIntegerField(null=True)),
                ('not_exported', models.PositiveIntegerField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to='mirror.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'state', 'not_before'], name='export_due'), models.Index(fields=['organization', 'entity_id', '-started_at'], name='export_of_entity'), models.Index(fields=['organization', '-requested_at'], name='export_recent'), models.Index(fields=['organization', 'ticket'], name='export_ticket'), models.Index(fields=['organization', 'job_id'], name='export_job')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('job_id', ''), _negated=True), fields=('organization', 'job_id'), name='export_job_id'), models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'starting', 'running']), models.Q(('entity_id', ''), _negated=True)), fields=('organization', 'entity_id'), name='export_open_once')],
            },
        ),
    ]
