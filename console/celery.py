"""The Celery application. Tasks are hints; the database row is the job."""

import logging
import os
from functools import partial

from celery import Celery
from django.db import transaction
from kombu import pools

from console.breaker import Breaker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

app = Celery("console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "console.gateway",
        "console.sync",
        "console.operators",
        "console.ledger",
        "console.changes",
        "console.areas.exports",
        "console.areas.lifecycle",
        "console.areas.health_checks",
        "console.data_retention",
    ]
)

logger = logging.getLogger(__name__)

# Workers wait long for messages; the publisher of a hint waits at most this long, and for one attempt.
PUBLISH_SECONDS = 0.5
PUBLISHING = {
    "socket_timeout": PUBLISH_SECONDS,
    "socket_connect_timeout": PUBLISH_SECONDS,
    "retry_on_timeout": False,
    "health_check_interval": 0,
    "max_retries": 0,
}
broker_breaker = Breaker(5.0)


def hint(task: str) -> None:
    """Let a worker run `task` now instead of at the next beat, once the transaction is committed.

    The row is the job: a broker that fails delays it and loses nothing, and never fails the caller.
    """
    transaction.on_commit(partial(_publish, task))


def _publish(task: str) -> None:
    if broker_breaker.is_open:
        return
    connection = app.connection_for_write(connect_timeout=PUBLISH_SECONDS, transport_options=PUBLISHING)
    try:
        with pools.producers[connection].acquire(block=True, timeout=PUBLISH_SECONDS) as producer:
            app.send_task(task, producer=producer, retry=False)
    except Exception as fault:  # of any kind: what the hint is about is committed already
        broker_breaker.trip()
        logger.warning("the broker took no hint for %s, the next beat will do: %s", task, fault)
