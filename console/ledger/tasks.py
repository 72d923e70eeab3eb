"""What Celery may be asked to look at: whether the audit log is as it was written."""

from celery import shared_task

from console.ledger import proofs

LONGEST = 3600  # seconds that the verification of a long log may take


@shared_task(name="console.ledger.tasks.anchor")
def anchor() -> None:
    proofs.anchor()


@shared_task(name="console.ledger.tasks.verify", time_limit=LONGEST, soft_time_limit=LONGEST - 60)
def verify() -> None:
    proofs.verify()
