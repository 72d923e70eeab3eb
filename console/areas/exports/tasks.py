"""What Celery may be asked to look at; every task can be lost or run twice without harm."""

import logging

from celery import shared_task

from console.areas.exports import engine, polling, verifying
from console.celery import hint
from console.mirror.models import Organization

logger = logging.getLogger(__name__)


@shared_task(name="console.areas.exports.tasks.sweep")
def sweep() -> None:
    engine.sweep()
    hint("console.areas.exports.tasks.check")


@shared_task(name="console.areas.exports.tasks.check", soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)
def check() -> None:
    while job := verifying.next_due():
        verifying.check(job)


@shared_task(name="console.areas.exports.tasks.adopt")
def adopt() -> None:
    for organization in Organization.objects.exclude(state=Organization.DELETED):
        try:
            polling.adopt(organization)
        except Exception:
            logger.exception("exports of %s could not be adopted", organization)
