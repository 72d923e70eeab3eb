"""Celery tasks that verify and anchor the audit log."""

from celery import shared_task

from console.ledger import proofs

MAX_VERIFY_SECONDS = 3600  # seconds that the verification of a long log may take


@shared_task(name="console.ledger.tasks.anchor")
def anchor() -> None:
    proofs.anchor_head()


@shared_task(
    name="console.ledger.tasks.verify", time_limit=MAX_VERIFY_SECONDS, soft_time_limit=MAX_VERIFY_SECONDS - 60
)
def verify() -> None:
    proofs.verify_log()
