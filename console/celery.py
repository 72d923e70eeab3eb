"""The Celery application: three-line tasks that take ids; what must happen stands in the database."""

import logging
import os

from celery import Celery
from django.db import transaction
from kombu.exceptions import KombuError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

app = Celery("console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "console.aws",
        "console.mirror",
        "console.changes",
        "console.areas.exports",
        "console.areas.lifecycle",
        "console.areas.posture",
    ]
)

logger = logging.getLogger(__name__)


def hint(task: str) -> None:
    """Spare whoever waits the next beat: once the transaction stands, let a worker look.

    A broker that is away delays, and loses nothing.
    """
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    try:
        app.send_task(task)
    except (KombuError, OSError):
        logger.warning("the broker is away; the next beat does without the hint for %s", task)
