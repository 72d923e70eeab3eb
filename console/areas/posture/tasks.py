"""What Celery may be asked to look at; the task can be lost or run twice without harm."""

from celery import shared_task

from console.areas.posture import running


@shared_task(name="console.areas.posture.tasks.sweep")
def sweep() -> None:
    running.sweep()
