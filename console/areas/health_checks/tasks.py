"""Celery task that runs the health checks that are due."""

from celery import shared_task

from console.areas.health_checks import runner


@shared_task(name="console.areas.posture.tasks.sweep")
def sweep() -> None:
    runner.run_due_reviews()
