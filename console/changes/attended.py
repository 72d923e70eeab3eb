"""Changes that run only while their requester is present: to enter a secret, or to read the answer.

Neither is stored. Approval leads to `APPROVED`, from where the requester runs the change within a day.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from console import clock
from console.aws.catalogue import CATALOGUE, Access
from console.aws.redaction import REDACTED
from console.changes import ending, trail
from console.changes.models import Change, Step

VALIDITY = timedelta(hours=24)
EXPIRED = "The approval expired after 24 hours. Request it again."
Path = tuple[str, ...]


def is_attended(change: Change) -> bool:
    return any(reveals(step) or lacks_secrets(step) for step in change.steps.filter(state=Step.State.PENDING))


def reveals(step: Step) -> bool:
    """Whether the answer itself is what was asked for, and is shown to the requester alone."""
    return CATALOGUE[step.operation].access is Access.SECRET


def lacks_secrets(step: Step) -> bool:
    """Whether the row alone cannot be sent, since what was entered for it is not stored."""
    return bool(secret_paths(step))


def secret_paths(step: Step) -> list[Path]:
    """Return where the parameters of a step have a secret that is not stored."""
    return list(_hidden(step.params))


def _hidden(value: Any, path: Path = ()) -> Iterator[Path]:
    if value == REDACTED:
        yield path
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _hidden(member, (*path, name))


def with_secrets(params: Mapping[str, Any], entered: Mapping[Path, str]) -> dict[str, Any]:
    """Return the members that have a secret, with what was entered in its place."""

    def filled(value: Any, path: Path) -> Any:
        if isinstance(value, Mapping):
            return {name: filled(member, (*path, name)) for name, member in value.items()}
        return entered.get(path, value)

    return {path[0]: filled(params[path[0]], path[:1]) for path in entered}


def is_expired(change: Change) -> bool:
    return change.approved_at is None or change.approved_at + VALIDITY <= clock.now()


def expire_approvals() -> None:
    """Cancel what was approved and not run within a day."""
    due = Change.objects.filter(state=Change.State.APPROVED, approved_at__lte=clock.now() - VALIDITY)
    for change in due:
        expire(change)


def expire(change: Change) -> None:
    with transaction.atomic():
        if ending.stop(change, EXPIRED):
            trail.enter(ending.CONSOLE, change, "was cancelled", EXPIRED)
    ending.finish(change)
