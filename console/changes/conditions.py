"""What an organization asks of a change before it may run: why, for which ticket, and who else agrees."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.aws.model import Problem
from console.changes.ending import ENDS
from console.changes.models import Change, Conditions
from console.changes.plans import Planned
from console.mirror.models import Organization

UNSET = Conditions()


def of(organization: Organization) -> Conditions:
    """The organization's conditions; none are set until somebody sets them."""
    return Conditions.objects.filter(organization=organization).first() or UNSET


def kept(organization: Organization) -> Conditions:
    """The same as a row to change, saved or not."""
    return Conditions.objects.filter(organization=organization).first() or Conditions(
        organization=organization
    )


def require_why(organization: Organization, steps: Sequence[Planned], reason: str, ticket: str) -> None:
    """Raise `errors.Invalid` at `reason` or `ticket` where the organization asks for it."""
    if not any(not CATALOGUE[each.operation].is_read for each in steps):
        return
    asked = of(organization)
    missing = [
        ("reason", asked.ask_reason and not reason.strip()),
        ("ticket", asked.ask_ticket and not ticket.strip()),
    ]
    problems = [
        Problem(name, "required", "is asked for in this organization") for name, lacks in missing if lacks
    ]
    if problems:
        raise errors.Invalid(problems)


def wants_approval(change: Change) -> bool:
    """Whether somebody else has to agree, and has not agreed to exactly this yet.

    The end of what is given for a while is agreed to together with its beginning.
    """
    if change.kind in ENDS and change.follows_id:
        return False
    if change.approved_at and change.digest == digest(change):
        return False
    asked = of(change.organization)
    if asked.approve_over is not None and change.total > asked.approve_over:
        return True
    operations = set(asked.approve_operations)
    return bool(operations) and change.steps.filter(operation__in=operations).exists()


def operations_wanting_approval(organization: Organization, operations: Iterable[str]) -> bool:
    return not set(operations).isdisjoint(of(organization).approve_operations)


def digest(change: Change) -> str:
    """Of everything that the steps will do and what they were seen to change."""
    rows = change.steps.order_by("position").values_list("operation", "params", "before", "after")
    text = json.dumps([list(row) for row in rows], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
