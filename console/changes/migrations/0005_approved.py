from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("changes", "0004_confirmed")]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("awaiting", "Awaiting approval"),
                    ("approved", "Approved"),
                    ("scheduled", "Scheduled"),
                    ("running", "Running"),
                    ("cancelling", "Cancelling"),
                    ("done", "Done"),
                    ("partly", "Partly done"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
    ]
