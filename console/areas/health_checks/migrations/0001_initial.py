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
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=console.clock.now)),
                ('by', models.CharField(max_length=254)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mirror.organization')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['organization', '-at'], name='review_of_organization')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('check_id', models.CharField(max_length=40)),
                ('tone', models.CharField(choices=[('bad', 'Wants mending'), ('look', 'Wants a look'), ('note', 'Not known'), ('good', 'In order')], max_length=4)),
                ('said', models.CharField(max_length=500)),
                ('count', models.PositiveIntegerField(default=0, help_text='of what is wrong, shown or not')),
                ('evidence', models.JSONField(default=list)),
                ('review', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='posture.review')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'check_id'), name='finding_once')],
            },
        ),
    ]
