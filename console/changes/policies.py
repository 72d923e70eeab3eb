"""The change policies of an organization: reason, ticket and approval."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from console import clock
from console.actor import Actor
from console.aws.catalogue import CATALOGUE
from console.changes.models import END_KINDS, Change, Conditions, Step
from console.changes.steps import PlannedStep, known_params
from console.gateway import requirements
from console.gateway.requirements import Approval
from console.mirror.models import Organization
from console.operators import policy
from console.plurals import number_of

DEFAULT_POLICIES = Conditions()
CONTENT = (
    "operation",
    "params",
    "needs",
    "expects",
    "before",
    "after",
)  # the fields of a step that are approved
ALTERED = "A step is not as it was approved. Another operator has to approve the steps that are left."


def get_policies(organization: Organization) -> Conditions:
    """Return the organization's change policies, or the defaults."""
    return Conditions.objects.filter(organization=organization).first() or DEFAULT_POLICIES


def lock_policies(organization: Organization) -> Conditions:
    """Return the locked row, created if missing."""
    Conditions.objects.get_or_create(organization=organization)
    return Conditions.objects.select_for_update().get(organization=organization)


def describe_loosening(before: Conditions, after: Conditions) -> list[str]:
    """Return in words what `after` no longer requires."""
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


def require_reason(
    organization: Organization, steps: Sequence[PlannedStep], reason: str, ticket: str
) -> None:
    """Raise `errors.Invalid` if a required reason or ticket is missing."""
    if not any(not CATALOGUE[each.operation].is_read for each in steps):
        return
    requirements.require_reason(organization, reason, ticket)


def needs_approval(change: Change) -> bool:
    """Return whether the change needs an approval that it does not have.

    The end of what is given for a while is approved together with its beginning. The end of what needed
    no approval is held to the policies of the moment at which it is due.
    """
    is_due = change.not_before is None or change.not_before <= clock.now()
    if change.kind in END_KINDS and change.follows is not None and not is_due:
        return False
    return requires_approval(change) and _find_approved(change) is None


def requires_approval(change: Change) -> bool:
    """Return whether the policies require approval of the change or its scheduled ends."""
    asked = get_policies(change.organization)
    if asked.approve_over is not None and change.total > asked.approve_over:
        return True
    operations = set(asked.approve_operations)
    return bool(operations) and _approved_steps(change).filter(operation__in=operations).exists()


def is_approved(change: Change) -> bool:
    """Return whether exactly this was approved by an operator who still has every right."""
    if not change.approved_at or change.digest != compute_digest(change):
        return False
    approver = Actor(change.approved_by_id, change.approved_by, method="worker")
    steps = _approved_steps(change).values_list("operation", "params")
    calls = [(operation, known_params(params)) for operation, params in steps]
    try:
        policy.require_rights(approver, change.organization, calls)
    except (policy.Denied, policy.OutOfScope):
        return False
    return True


def _find_approved(change: Change) -> Change | None:
    """Return the change whose approval covers this one: itself or its beginning."""
    if is_approved(change):
        return change
    begun = change.follows if change.kind in END_KINDS else None
    return begun if begun is not None and is_approved(begun) else None


class StepApproval:
    """Decides for each step of a running change whether it may begin."""

    def __init__(self, change: Change) -> None:
        self.change = change
        begun = change.follows if change.kind in END_KINDS else None
        was_approved = bool(change.approved_at or (begun and begun.approved_at))
        # Read before the digest is compared: a step that is still the same is as it was approved.
        self.contents = {row[0]: row[1:] for row in _step_contents(change)} if was_approved else None
        change.approval = get_approval(change)
        self.approved = change.approval is not None
        self.is_altered = (
            bool(change.approved_at) and not self.approved and change.digest != compute_digest(change)
        )

    def covers(self, step: Step) -> bool:
        """Return whether the step is approved or needs no approval by current policies."""
        content = tuple(getattr(step, name) for name in CONTENT)
        if self.contents is not None and self.contents.get(step.position) != content:
            self.is_altered = True
            return False
        if CATALOGUE[step.operation].is_read:
            return True
        if self.approved or self.is_altered:
            return not self.is_altered
        asked = get_policies(self.change.organization)
        too_many = asked.approve_over is not None and self.change.total > asked.approve_over
        return not too_many and step.operation not in asked.approve_operations


def get_approval(change: Change) -> Approval | None:
    """Return the approval that the steps pass to the gateway, if any."""
    approved = _find_approved(change)
    if approved is None or approved.approved_at is None:
        return None
    return Approval(
        approver_id=approved.approved_by_id,
        approver=approved.approved_by,
        requester_id=approved.requested_by_id,
        at=approved.approved_at,
        digest=approved.digest,
    )


def scheduled_ends(change: Change) -> QuerySet[Change]:
    """Return the scheduled ends that are approved with the change."""
    return change.followed_by.filter(kind__in=END_KINDS).exclude(state=Change.State.CANCELLED)


def _approved_steps(change: Change) -> QuerySet[Step]:
    return Step.objects.filter(Q(change=change) | Q(change__in=scheduled_ends(change)))


def any_requires_approval(organization: Organization, operations: Iterable[str]) -> bool:
    return not set(operations).isdisjoint(get_policies(organization).approve_operations)


def _step_contents(change: Change) -> QuerySet[Step, tuple[Any, ...]]:
    """Return position, call and preview of each step."""
    steps = change.steps.order_by("position")
    return steps.values_list("position", *CONTENT)


def compute_digest(change: Change) -> str:
    """Return a hash of the steps, their previews and their scheduled ends."""
    own = [row[1:] for row in _step_contents(change)]
    ends = _approved_steps(change).exclude(change=change).order_by("change_id", "position")
    rows = [*own, *ends.values_list("operation", "params", "needs", "expects", "change__not_before")]
    text = json.dumps([list(row) for row in rows], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
