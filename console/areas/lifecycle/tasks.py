"""What Celery may be asked to look at: digests that are due."""

from celery import shared_task

from console.areas.lifecycle import digests


@shared_task
def digest() -> None:
    digests.send_due()
