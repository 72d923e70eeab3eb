import console.clock
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('mirror', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=255)),
                ('at', models.DateTimeField(default=console.clock.now)),
                ('by', models.CharField(blank=True, max_length=254)),
                ('state', models.CharField(choices=[('ok', 'Every record is as it should be'), ('problems', 'Some records are missing or inconsistent'), ('incomplete', 'Not everything could be looked up'), ('no_dns', 'No DNS to ask')], max_length=10)),
                ('resolver', models.CharField(blank=True, help_text='which servers were asked', max_length=500)),
                ('ownership', models.CharField(blank=True, max_length=8)),
                ('dkim', models.CharField(blank=True, max_length=8)),
                ('results', models.JSONField(default=list)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.organization')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['organization', 'domain', '-at'], name='check_of_domain')],
            },
        ),
    ]
