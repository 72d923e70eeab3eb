"""The change policies of an organization, enforced before every write and secret read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import Operation
from console.aws.model import Problem
from console.mirror.models import Organization
from console.operators import policy


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of exactly this call, created only by the change engine."""

    approver_id: int | None
    approver: str
    requester_id: int | None
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Requirements:
    """The requirements of an organization for a call."""

    ask_reason: bool = False
    ask_ticket: bool = False
    approve_over: int | None = None
    approve_operations: frozenset[str] = field(default_factory=frozenset)

    def wants_approval(self, operation: str, steps: int = 1) -> bool:
        too_many = self.approve_over is not None and steps > self.approve_over
        return too_many or operation in self.approve_operations


def get_requirements(organization: Organization) -> Requirements:
    """Return the requirements as stored now."""
    stored = Organization.objects.filter(pk=organization.pk, conditions__isnull=False)
    row = stored.values_list(
        "conditions__ask_reason",
        "conditions__ask_ticket",
        "conditions__approve_over",
        "conditions__approve_operations",
    ).first()
    return Requirements(row[0], row[1], row[2], frozenset(row[3])) if row else Requirements()


def find_missing(demands: Requirements, reason: str, ticket: str) -> list[Problem]:
    """Return a problem for each required value that is missing."""
    lacking = [
        ("reason", demands.ask_reason and not reason.strip()),
        ("ticket", demands.ask_ticket and not ticket.strip()),
    ]
    return [
        Problem(name, "required", "is asked for in this organization") for name, lacks in lacking if lacks
    ]


def require_reason(organization: Organization, reason: str, ticket: str) -> None:
    """Raise `errors.Invalid` at `reason` or `ticket` where the organization requires it."""
    if problems := find_missing(get_requirements(organization), reason, ticket):
        raise errors.Invalid(problems)


def require_met(
    actor: Actor,
    rule: Operation,
    organization: Organization,
    params: Mapping[str, Any],
    *,
    reason: str,
    ticket: str,
    approval: Approval | None,
    steps: int,
) -> None:
    """Raise `errors.Invalid` or `errors.ApprovalRequired` unless the call has what the policies demand.

    Reads are not concerned; the operations that reveal content or a secret are no reads in the catalogue.
    """
    if rule.is_read:
        return
    demands = get_requirements(organization)
    if problems := find_missing(demands, reason, ticket):
        raise errors.Invalid(problems)
    if demands.wants_approval(rule.name, steps) and not _is_valid_approval(
        approval, actor, rule, organization, params
    ):
        raise errors.ApprovalRequired(rule.title)


def _is_valid_approval(
    approval: Approval | None,
    actor: Actor,
    rule: Operation,
    organization: Organization,
    params: Mapping[str, Any],
) -> bool:
    """Return whether another operator with the right to exactly this call has approved it."""
    if approval is None or approval.approver_id is None:
        return False
    if approval.approver_id in (actor.operator_id, approval.requester_id):
        return False
    approver = Actor(approval.approver_id, approval.approver, method="approval")
    try:
        policy.require_right(approver, rule.name, organization, params)
    except (policy.Denied, policy.OutOfScope):
        return False
    return True
