"""Create the mirror: its tables, and each database's own index of trigrams over `search_text`.

The entities' indexes are operations of their own, because SQLite loads the planner's statistics only for
indexes that exist. A later migration that makes Django rebuild `mirror_entity` on SQLite loses the triggers:
it has to call `search_index.remove` before and `search_index.install` after.
"""

import datetime
import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

from console.mirror import search_index


def install_search_index(apps, schema_editor):
    search_index.install(schema_editor.connection)


def remove_search_index(apps, schema_editor):
    search_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization_id', models.CharField(max_length=34, unique=True)),
                ('slug', models.SlugField(help_text='its alias, and its word in addresses', max_length=62, unique=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(blank=True, max_length=256)),
                ('default_domain', models.CharField(blank=True, max_length=256)),
                ('directory_type', models.CharField(blank=True, max_length=256)),
                ('interoperates', models.BooleanField(default=False, help_text='with an Exchange server, which leads')),
                ('region', models.CharField(max_length=32)),
                ('endpoint_url', models.URLField(blank=True)),
                ('role_arn', models.CharField(blank=True, max_length=2048)),
                ('external_id', models.CharField(blank=True, max_length=1224)),
                ('arn', models.CharField(blank=True, max_length=1011)),
                ('listed_at', models.DateTimeField(blank=True, help_text='the last complete listing', null=True)),
                ('detailed_at', models.DateTimeField(blank=True, help_text='since when everybody is described', null=True)),
            ],
            options={
                'ordering': ['name', 'slug'],
            },
        ),
        migrations.CreateModel(
            name='Entity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity_id', models.CharField(max_length=256)),
                ('kind', models.CharField(choices=[('user', 'Person'), ('group', 'Group'), ('resource', 'Resource')], max_length=8)),
                ('name', models.CharField(max_length=256)),
                ('display_name', models.CharField(blank=True, max_length=256)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('state', models.CharField(choices=[('ENABLED', 'Enabled'), ('DISABLED', 'Disabled'), ('DELETED', 'Deleted')], default='DISABLED', max_length=8)),
                ('role', models.CharField(blank=True, max_length=11)),
                ('hidden', models.BooleanField(default=False)),
                ('department', models.CharField(blank=True, max_length=256)),
                ('job_title', models.CharField(blank=True, max_length=256)),
                ('office', models.CharField(blank=True, max_length=256)),
                ('domain', models.CharField(blank=True, max_length=255)),
                ('enabled_date', models.DateTimeField(blank=True, null=True)),
                ('disabled_date', models.DateTimeField(blank=True, null=True)),
                ('mailbox_size', models.FloatField(blank=True, help_text='MB', null=True)),
                ('mailbox_quota', models.IntegerField(blank=True, help_text='MB', null=True)),
                ('details', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('sort_name', models.CharField(blank=True, max_length=256)),
                ('sort_display_name', models.CharField(blank=True, max_length=256)),
                ('sort_department', models.CharField(blank=True, max_length=256)),
                ('sort_size', models.FloatField(default=-1)),
                ('sort_quota', models.IntegerField(default=-1)),
                ('sort_enabled', models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))),
                ('search_text', models.TextField(blank=True)),
                ('listed_at', models.DateTimeField(blank=True, null=True)),
                ('described_at', models.DateTimeField(blank=True, null=True)),
                ('detailed_at', models.DateTimeField(blank=True, null=True)),
                ('wanted_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entities', to='mirror.organization')),
            ],
            options={
                'verbose_name_plural': 'entities',
                'constraints': [models.UniqueConstraint(fields=('organization', 'entity_id'), name='entity_once')],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('is_default', models.BooleanField(default=False)),
                ('ownership', models.CharField(blank=True, max_length=8)),
                ('dkim', models.CharField(blank=True, max_length=8)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='mirror.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='domain_once')],
            },
        ),
        migrations.CreateModel(
            name='Delegate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delegate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to='mirror.entity')),
                ('resource', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='delegates', to='mirror.entity')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('resource', 'delegate'), name='delegate_once')],
            },
        ),
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254)),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='mirror.entity')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.organization')),
            ],
            options={
                'verbose_name_plural': 'aliases',
                'ordering': ['address'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'address', 'entity'), name='alias_once')],
            },
        ),
        migrations.CreateModel(
            name='PassRemovals',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listing', models.CharField(choices=[('users', 'Users'), ('groups', 'Groups'), ('resources', 'Resources'), ('domains', 'Domains'), ('aliases', 'Aliases'), ('members', 'Members'), ('memberships', 'Group memberships'), ('permissions', 'Mailbox permissions'), ('delegates', 'Booking delegates'), ('blocked', 'Blocked users')], max_length=12)),
                ('began_at', models.DateTimeField()),
                ('known', models.PositiveIntegerField(help_text='rows when the pass began')),
                ('removed', models.PositiveIntegerField(default=0)),
                ('held', models.PositiveIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='mirror.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'listing'), name='pass_removals_once')],
            },
        ),
        migrations.CreateModel(
            name='Permission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grantee_id', models.CharField(max_length=256)),
                ('grantee_kind', models.CharField(max_length=8)),
                ('values', models.JSONField(default=list)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.organization')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='permissions', to='mirror.entity')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'grantee_id'], name='permission_grantee')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'grantee_id'), name='permission_once')],
            },
        ),
        migrations.CreateModel(
            name='Sync',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('users', 'People'), ('groups', 'Groups'), ('resources', 'Resources'), ('domains', 'Domains'), ('relations', 'Members and delegates'), ('details', 'Details of people')], max_length=10)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0, help_text='as far as known')),
                ('observed', models.PositiveIntegerField(default=0, help_text='changes by others noticed in this pass')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(db_index=True)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('token', models.CharField(blank=True, max_length=1024)),
                ('seen', models.BinaryField(default=bytes, help_text='keys that this pass has met')),
                ('rate', models.FloatField(default=0, help_text='calls a second; 0: as the settings say')),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('expired_leases', models.PositiveSmallIntegerField(default=0, help_text='in a row, none of them returned')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='syncs', to='mirror.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'stage'), name='sync_once')],
            },
        ),
        migrations.CreateModel(
            name='TargetLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target', models.CharField(max_length=320)),
                ('token', models.UUIDField(db_index=True)),
                ('until', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='mirror.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'target'), name='target_lease_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='mirror.entity')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='mirror.entity')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('group', 'member'), name='membership_once')],
            },
        ),
        migrations.CreateModel(
            name='HeldListing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listing', models.CharField(choices=[('users', 'Users'), ('groups', 'Groups'), ('resources', 'Resources'), ('domains', 'Domains'), ('aliases', 'Aliases'), ('members', 'Members'), ('memberships', 'Group memberships'), ('permissions', 'Mailbox permissions'), ('delegates', 'Booking delegates'), ('blocked', 'Blocked users')], max_length=12)),
                ('missing', models.PositiveIntegerField(help_text='rows that the last listing lacked')),
                ('known', models.PositiveIntegerField(help_text='rows known when that was found')),
                ('confirmed', models.PositiveIntegerField(default=0, help_text='rows that the next listing may remove')),
                ('at', models.DateTimeField()),
                ('entity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.entity')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='held', to='mirror.organization')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'listing', 'entity'), name='held_listing_once', nulls_distinct=False)],
            },
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'sort_name', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_sort_name'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'sort_display_name', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_sort_display_name'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'email', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_email'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'sort_department', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_sort_department'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'state', 'id', 'domain', 'hidden', 'role'], name='entity_state'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'role', 'id', 'state', 'domain', 'hidden'], name='entity_role'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'sort_size', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_sort_size'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'sort_quota', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_sort_quota'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'sort_enabled', 'id', 'state', 'domain', 'hidden', 'role'], name='entity_sort_enabled'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'state', 'domain', 'hidden', 'role', 'mailbox_size', 'mailbox_quota'], name='entity_census'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(condition=models.Q(('disabled_date__isnull', False)), fields=['organization', 'disabled_date'], name='entity_ending'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'email'], name='entity_address'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'domain', 'entity_id'], name='entity_within'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(fields=['organization', 'kind', 'detailed_at'], name='entity_detailed'),
        ),
        migrations.AddIndex(
            model_name='entity',
            index=models.Index(condition=models.Q(('wanted_at__isnull', False)), fields=['organization', 'wanted_at'], name='entity_wanted'),
        ),
        migrations.RunPython(install_search_index, remove_search_index),
    ]
