"""Who may act on a change: its requester, or an operator with the right to every step."""

from collections.abc import Iterator, Mapping
from typing import Any

from console.actor import Actor
from console.changes.models import FOLLOWING_KINDS, Change, Step
from console.changes.steps import known_params
from console.operators import policy, refusals

BATCH_SIZE = 2000


def require_authority(actor: Actor, change: Change, verb: str) -> None:
    """Raise `policy.Denied` or `policy.OutOfScope` unless `actor` may act on the change.

    What ends another change also takes the right to what it ends: calling the end off lets that stay.
    """
    if is_requester(actor, change):
        return
    require_step_rights(actor, change, verb)


def require_step_rights(actor: Actor, change: Change, verb: str) -> None:
    """Raise the same unless `actor` has the right to every step; the refusal is recorded."""
    try:
        policy.require_rights(actor, change.organization, _step_calls(change))
    except (policy.Denied, policy.OutOfScope) as denial:
        refusals.record_refusal(
            actor,
            denial,
            change.organization,
            "RunChanges",
            target=f"change-{change.pk}",
            target_name=change.title[:300],
            reason=change.reason,
            ticket=change.ticket,
            verb=verb,
        )
        raise


def may_act(actor: Actor, change: Change) -> bool:
    """Return whether `require_authority` would allow it."""
    if is_requester(actor, change):
        return True
    operations = _concerned_steps(change).order_by().values_list("operation", flat=True).distinct()
    named = set(operations)
    if not all(policy.allows(actor, operation, change.organization) for operation in named):
        return False
    if all(policy.covers_organization(actor, operation, change.organization) for operation in named):
        return True
    try:
        policy.require_rights(actor, change.organization, _step_calls(change))
    except (policy.Denied, policy.OutOfScope):
        return False
    return True


def is_requester(actor: Actor, change: Change) -> bool:
    return change.requested_by_id == actor.operator_id


def _concerned_steps(change: Change) -> Any:
    changes = [change.pk]
    if change.kind in FOLLOWING_KINDS and change.follows_id:
        changes.append(change.follows_id)
    return Step.objects.filter(change__in=changes)


def _step_calls(change: Change) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for operation, params in (
        _concerned_steps(change).order_by("pk").values_list("operation", "params").iterator(BATCH_SIZE)
    ):
        yield operation, known_params(params)
