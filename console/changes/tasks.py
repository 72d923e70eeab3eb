"""Celery tasks that run changes and complete previews."""

from celery import shared_task

from console.changes import control, engine


@shared_task(name="console.changes.tasks.sweep")
def sweep() -> None:
    engine.sweep()


@shared_task(name="console.changes.tasks.prepare")
def prepare() -> None:
    control.resume_retries()
    control.prepare_previews()
