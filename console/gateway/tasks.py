"""Celery task that settles unknown outcomes."""

from celery import shared_task

from console.gateway import unknown_outcomes


@shared_task(name="console.aws.tasks.settle")
def settle() -> None:
    unknown_outcomes.settle_due()
