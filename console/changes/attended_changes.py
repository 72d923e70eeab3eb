"""Changes that run only while their requester is present, to enter a secret or read the answer.

Neither is stored. Approval leads to `APPROVED`, from where the requester runs the change within a day.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from console import clock
from console.aws.catalogue import CATALOGUE, Access
from console.aws.redaction import REDACTED
from console.changes import completion
from console.changes.models import Change, Step

APPROVAL_VALIDITY = timedelta(hours=24)
APPROVAL_EXPIRED = "The approval expired after 24 hours. Request it again."
ParamPath = tuple[str, ...]


def is_attended(change: Change) -> bool:
    return any(
        reveals_secret(step) or lacks_secrets(step) for step in change.steps.filter(state=Step.State.PENDING)
    )


def reveals_secret(step: Step) -> bool:
    """Return whether the step's answer is a secret for the requester alone."""
    return CATALOGUE[step.operation].access is Access.SECRET


def lacks_secrets(step: Step) -> bool:
    """Return whether the step needs a secret that is not stored."""
    return bool(find_secret_paths(step))


def find_secret_paths(step: Step) -> list[ParamPath]:
    """Return the paths of the secrets that are not stored."""
    return list(_find_redacted(step.params))


def _find_redacted(value: Any, path: ParamPath = ()) -> Iterator[ParamPath]:
    if value == REDACTED:
        yield path
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _find_redacted(member, (*path, name))


def fill_secrets(params: Mapping[str, Any], entered: Mapping[ParamPath, str]) -> dict[str, Any]:
    """Return the members with secrets, filled with the entered values."""

    def filled(value: Any, path: ParamPath) -> Any:
        if isinstance(value, Mapping):
            return {name: filled(member, (*path, name)) for name, member in value.items()}
        return entered.get(path, value)

    return {path[0]: filled(params[path[0]], path[:1]) for path in entered}


def is_approval_expired(change: Change) -> bool:
    return change.approved_at is None or change.approved_at + APPROVAL_VALIDITY <= clock.now()


def expire_approvals() -> None:
    """Cancel approved changes that were not run within a day."""
    due = Change.objects.filter(state=Change.State.APPROVED, approved_at__lte=clock.now() - APPROVAL_VALIDITY)
    for change in due:
        expire_approval(change)


def expire_approval(change: Change) -> None:
    with transaction.atomic():
        if completion.stop_change(change, APPROVAL_EXPIRED):
            completion.record_event(completion.CONSOLE_ACTOR, change, "was cancelled", APPROVAL_EXPIRED)
    completion.finish_change(change)
