"""Celery task that sends due digests."""

from celery import shared_task

from console.areas.lifecycle import digests


@shared_task(name="console.areas.lifecycle.tasks.digest")
def digest() -> None:
    digests.send_due_digests()
