"""Celery tasks of exports; each can be lost or run twice without harm."""

import logging

from celery import shared_task

from console.areas.exports import aws_jobs, job_queue, zip_check
from console.celery import hint
from console.mirror.models import Organization

logger = logging.getLogger(__name__)


@shared_task(name="console.areas.exports.tasks.sweep")
def sweep() -> None:
    job_queue.sweep_exports()
    hint("console.areas.exports.tasks.check")


@shared_task(name="console.areas.exports.tasks.check", soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)
def check() -> None:
    while job := zip_check.claim_next_job():
        zip_check.check_zip(job)


@shared_task(name="console.areas.exports.tasks.adopt")
def adopt() -> None:
    for organization in Organization.objects.exclude(state=Organization.DELETED):
        try:
            aws_jobs.adopt_jobs(organization)
        except Exception:
            logger.exception("exports of %s could not be adopted", organization)
