"""What Celery may be asked to look at: changes that run or are due, and previews that are not complete."""

from celery import shared_task

from console.changes import control, engine


@shared_task(name="console.changes.tasks.sweep")
def sweep() -> None:
    engine.sweep()


@shared_task(name="console.changes.tasks.prepare")
def prepare() -> None:
    control.prepare_waiting()
