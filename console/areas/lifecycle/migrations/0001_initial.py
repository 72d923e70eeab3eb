import console.clock
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('mirror', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='digests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('operator', 'day'), name='digest_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Frozen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity_id', models.CharField(max_length=256)),
                ('rule', models.CharField(max_length=64)),
                ('since', models.DateTimeField(default=console.clock.now)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='frozen', to='mirror.organization')),
            ],
            options={
                'verbose_name_plural': 'frozen',
                'constraints': [models.UniqueConstraint(fields=('organization', 'entity_id'), name='frozen_once')],
            },
        ),
        migrations.CreateModel(
            name='OnboardingTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('domain', models.CharField(blank=True, max_length=255)),
                ('groups', models.JSONField(default=list)),
                ('quota', models.PositiveIntegerField(blank=True, null=True)),
                ('hidden', models.BooleanField(default=False)),
                ('password', models.CharField(default='generated', max_length=10)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='onboarding', to='mirror.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='onboarding_name')],
            },
        ),
        migrations.CreateModel(
            name='Preset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('parts', models.JSONField(default=list)),
                ('delete_after', models.PositiveSmallIntegerField(default=30, verbose_name='Delete after days')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presets', to='mirror.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='preset_name')],
            },
        ),
        migrations.CreateModel(
            name='Capsule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity_id', models.CharField(max_length=256)),
                ('name', models.CharField(max_length=320)),
                ('state', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('taken_at', models.DateTimeField(default=console.clock.now)),
                ('taken_by', models.CharField(blank=True, max_length=254)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='capsules', to='mirror.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'entity_id', '-taken_at'], name='capsule_latest')],
            },
        ),
    ]
