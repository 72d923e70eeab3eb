"""The Celery application: three-line tasks that take ids; what must happen stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

app = Celery("console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["console.aws", "console.mirror", "console.areas.exports"])
