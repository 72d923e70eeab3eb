import console.clock
import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('mirror', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rate', models.FloatField(help_text='calls a second')),
                ('next_at', models.DateTimeField(default=console.clock.now)),
                ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='budget', to='mirror.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=300)),
                ('kind', models.CharField(blank=True, help_text='what made it: offboard, freeze, csv …', max_length=40)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('awaiting', 'Awaiting approval'), ('approved', 'Approved'), ('scheduled', 'Scheduled'), ('running', 'Running'), ('cancelling', 'Cancelling'), ('done', 'Done'), ('partly', 'Partly done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='draft', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('ticket', models.CharField(blank=True, max_length=100)),
                ('requested_by_id', models.BigIntegerField(null=True)),
                ('requested_by', models.CharField(blank=True, max_length=254)),
                ('requested_at', models.DateTimeField(default=console.clock.now)),
                ('total', models.PositiveIntegerField(default=0)),
                ('data', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('not_before', models.DateTimeField(blank=True, null=True)),
                ('reverts', models.BooleanField(default=False, help_text='what is done is undone when a step fails')),
                ('confirmed_by_id', models.BigIntegerField(help_text='who let it run, if not the requester', null=True)),
                ('confirmed_by', models.CharField(blank=True, max_length=254)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('prepared_at', models.DateTimeField(blank=True, help_text='since when the preview is complete', null=True)),
                ('digest', models.CharField(blank=True, help_text='of what was approved', max_length=64)),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('approved_by', models.CharField(blank=True, max_length=254)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('paused', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, help_text='why it waits, or why it ended', max_length=1100)),
                ('brake', models.PositiveSmallIntegerField(default=20, help_text='percent of failures that pause it')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('turn_at', models.DateTimeField(default=console.clock.now)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('expired_leases', models.PositiveSmallIntegerField(default=0, help_text='in a row, none of them returned')),
                ('follows', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followed_by', to='changes.change')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='mirror.organization')),
                ('undoes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='undone_by', to='changes.change')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'requested_at'], name='change_latest'), models.Index(fields=['organization', 'state', 'requested_at'], name='change_state'), models.Index(fields=['organization', 'requested_by_id', 'requested_at'], name='change_own'), models.Index(fields=['organization', 'ticket'], name='change_ticket'), models.Index(fields=['state', 'turn_at'], name='change_turn'), models.Index(fields=['state', 'not_before'], name='change_due')],
            },
        ),
        migrations.CreateModel(
            name='Conditions',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ask_reason', models.BooleanField(default=False, verbose_name='Ask for a reason')),
                ('ask_ticket', models.BooleanField(default=False, verbose_name='Ask for a ticket')),
                ('approve_over', models.PositiveIntegerField(blank=True, null=True, verbose_name='Approval for more than this many steps')),
                ('approve_operations', models.JSONField(blank=True, default=list, verbose_name='Approval for these operations')),
                ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='conditions', to='mirror.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('operation', models.CharField(max_length=64)),
                ('params', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('label', models.CharField(blank=True, max_length=300)),
                ('target', models.CharField(blank=True, max_length=256)),
                ('target_name', models.CharField(blank=True, max_length=320)),
                ('needs', models.PositiveIntegerField(help_text='position of a step that has to be done first', null=True)),
                ('expects', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('row', models.PositiveIntegerField(null=True)),
                ('before', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('after', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('running', 'Running'), ('done', 'Done'), ('refused', 'Refused'), ('unknown', 'Unknown'), ('skipped', 'Skipped')], default='pending', max_length=8)),
                ('call', models.UUIDField(help_text='of its intent in the ledger', null=True)),
                ('look_at', models.DateTimeField(help_text='when an unknown outcome is looked at next', null=True)),
                ('result', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('code', models.CharField(blank=True, max_length=100)),
                ('note', models.CharField(blank=True, max_length=1100)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('change', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='changes.change')),
            ],
            options={
                'ordering': ['position'],
                'indexes': [models.Index(fields=['change', 'state', 'position'], name='step_state'), models.Index(fields=['target'], name='step_target')],
                'constraints': [models.UniqueConstraint(fields=('change', 'position'), name='step_once')],
            },
        ),
    ]
