"""What Celery may be asked to look at: what the mirror has to read again."""

from celery import shared_task

from console.sync import worker


@shared_task(name="console.mirror.tasks.sweep")
def sweep() -> None:
    worker.sweep()
