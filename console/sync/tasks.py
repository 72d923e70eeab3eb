"""Celery task that runs the sync."""

from celery import shared_task

from console.sync import worker


@shared_task(name="console.mirror.tasks.sweep")
def sweep() -> None:
    worker.sweep()
