"""Celery task that records refusals which were only counted."""

from celery import shared_task

from console.operators import refusals


@shared_task(name="console.operators.tasks.enter_omitted_refusals")
def enter_omitted_refusals() -> None:
    refusals.record_omitted()
