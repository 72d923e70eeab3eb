"""What an organization asks of a change before it may run: why, for which ticket, and who else agrees."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from console import clock
from console.actor import Actor
from console.aws.catalogue import CATALOGUE
from console.changes.ending import ENDS
from console.changes.models import Change, Conditions, Step
from console.changes.plans import Planned, known_params
from console.gateway import requirements
from console.gateway.requirements import Approval
from console.mirror.models import Organization
from console.operators import policy
from console.plurals import number_of

UNSET = Conditions()
CONTENT = (
    "operation",
    "params",
    "needs",
    "expects",
    "before",
    "after",
)  # the fields of a step that are approved
ALTERED = "A step is not as it was approved. Another operator has to approve the steps that are left."


def of(organization: Organization) -> Conditions:
    """Return the organization's change policies; none are set by default."""
    return Conditions.objects.filter(organization=organization).first() or UNSET


def lock(organization: Organization) -> Conditions:
    """Return the row to change, locked until the transaction ends; create it if there is none."""
    Conditions.objects.get_or_create(organization=organization)
    return Conditions.objects.select_for_update().get(organization=organization)


def loosened(before: Conditions, after: Conditions) -> list[str]:
    """Return what `after` no longer asks for, in words."""
    found = []
    if before.ask_reason and not after.ask_reason:
        found.append("a reason is no longer required")
    if before.ask_ticket and not after.ask_ticket:
        found.append("a ticket is no longer required")
    if before.approve_over is not None and (
        after.approve_over is None or after.approve_over > before.approve_over
    ):
        limit = "any size" if after.approve_over is None else f"up to {number_of(after.approve_over, 'step')}"
        found.append(f"changes of {limit} no longer require approval")
    dropped = sorted(set(before.approve_operations) - set(after.approve_operations))
    if dropped:
        names = ", ".join(CATALOGUE[name].title if name in CATALOGUE else name for name in dropped)
        found.append(f"no approval is required for: {names}")
    return found


def require_why(organization: Organization, steps: Sequence[Planned], reason: str, ticket: str) -> None:
    """Raise `errors.Invalid` at `reason` or `ticket` where the organization asks for it."""
    if not any(not CATALOGUE[each.operation].is_read for each in steps):
        return
    requirements.require_why(organization, reason, ticket)


def wants_approval(change: Change) -> bool:
    """Whether another operator has to approve it, and has not approved exactly this yet.

    The end of what is given for a while is approved together with its beginning. The end of what needed
    no approval is held to the policies of the moment at which it is due.
    """
    is_due = change.not_before is None or change.not_before <= clock.now()
    if change.kind in ENDS and change.follows is not None and not is_due:
        return False
    return demands_approval(change) and _approved(change) is None


def demands_approval(change: Change) -> bool:
    """Whether the organization's policies put the change, or an end that follows on it, under approval."""
    asked = of(change.organization)
    if asked.approve_over is not None and change.total > asked.approve_over:
        return True
    operations = set(asked.approve_operations)
    return bool(operations) and _steps_agreed_to(change).filter(operation__in=operations).exists()


def is_approved(change: Change) -> bool:
    """Whether exactly this was approved, by an operator who still holds the right to every step.

    The ends that were approved with it are part of it.
    """
    if not change.approved_at or change.digest != digest(change):
        return False
    approver = Actor(change.approved_by_id, change.approved_by, method="worker")
    steps = _steps_agreed_to(change).values_list("operation", "params")
    calls = [(operation, known_params(params)) for operation, params in steps]
    try:
        policy.require_each(approver, change.organization, calls)
    except (policy.Denied, policy.OutOfScope):
        return False
    return True


def _approved(change: Change) -> Change | None:
    """Return the change whose approval covers this one: itself, or the beginning of which it is the end."""
    if is_approved(change):
        return change
    begun = change.follows if change.kind in ENDS else None
    return begun if begun is not None and is_approved(begun) else None


class Agreement:
    """Whether the steps of a running change may begin: by the policies of now and the approval there is."""

    def __init__(self, change: Change) -> None:
        self.change = change
        begun = change.follows if change.kind in ENDS else None
        was_approved = bool(change.approved_at or (begun and begun.approved_at))
        # Read before the digest is compared: a step that is still the same is as it was approved.
        self.contents = {row[0]: row[1:] for row in _contents(change)} if was_approved else None
        change.approval = approval_of(change)
        self.approved = change.approval is not None
        self.is_altered = bool(change.approved_at) and not self.approved and change.digest != digest(change)

    def covers(self, step: Step) -> bool:
        """Return whether it is approved, or none of the policies, as they are now, asks for approval.

        A step that differs from what was approved is never covered.
        """
        content = tuple(getattr(step, name) for name in CONTENT)
        if self.contents is not None and self.contents.get(step.position) != content:
            self.is_altered = True
            return False
        if CATALOGUE[step.operation].is_read:
            return True
        if self.approved or self.is_altered:
            return not self.is_altered
        asked = of(self.change.organization)
        too_many = asked.approve_over is not None and self.change.total > asked.approve_over
        return not too_many and step.operation not in asked.approve_operations


def approval_of(change: Change) -> Approval | None:
    """Return the approval that its steps take to the gateway; none if it is not approved as it is now."""
    approved = _approved(change)
    if approved is None or approved.approved_at is None:
        return None
    return Approval(
        approver_id=approved.approved_by_id,
        approver=approved.approved_by,
        requester_id=approved.requested_by_id,
        at=approved.approved_at,
        digest=approved.digest,
    )


def ends_of(change: Change) -> QuerySet[Change]:
    """Return the ends that were scheduled with the change and are approved with it."""
    return change.followed_by.filter(kind__in=ENDS).exclude(state=Change.State.CANCELLED)


def _steps_agreed_to(change: Change) -> QuerySet[Step]:
    return Step.objects.filter(Q(change=change) | Q(change__in=ends_of(change)))


def operations_wanting_approval(organization: Organization, operations: Iterable[str]) -> bool:
    return not set(operations).isdisjoint(of(organization).approve_operations)


def _contents(change: Change) -> QuerySet[Step, tuple[Any, ...]]:
    """Return position and content of its steps: what they do, on which conditions, and what they change."""
    steps = change.steps.order_by("position")
    return steps.values_list("position", *CONTENT)


def digest(change: Change) -> str:
    """Return a hash of the content of all steps, and of what ends the change and when."""
    own = [row[1:] for row in _contents(change)]
    ends = _steps_agreed_to(change).exclude(change=change).order_by("change_id", "position")
    rows = [*own, *ends.values_list("operation", "params", "needs", "expects", "change__not_before")]
    text = json.dumps([list(row) for row in rows], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
