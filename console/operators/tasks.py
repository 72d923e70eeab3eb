"""What Celery may be asked to look at: refused attempts that were counted and not entered."""

from celery import shared_task

from console.operators import refusals


@shared_task(name="console.operators.tasks.enter_omitted_refusals")
def enter_omitted_refusals() -> None:
    refusals.enter_omitted()
