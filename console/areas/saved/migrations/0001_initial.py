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
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('page', models.CharField(max_length=60)),
                ('query', models.CharField(blank=True, max_length=3000)),
                ('shared', models.BooleanField(default=False)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='mirror.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'page', 'shared'], name='saved_view_of_page')],
                'constraints': [models.UniqueConstraint(fields=('operator', 'organization', 'page', 'name'), name='saved_view_once')],
            },
        ),
    ]
