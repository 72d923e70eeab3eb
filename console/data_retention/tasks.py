"""Celery task that continues the removal of the last night."""

from celery import shared_task

from console.data_retention import removal


@shared_task(name="console.data_retention.tasks.sweep")
def sweep() -> None:
    removal.continue_run()
