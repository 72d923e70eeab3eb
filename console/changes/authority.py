"""Who may act on a change: the operator who asked for it, or one with the right to each of its steps."""

from collections.abc import Iterator, Mapping
from typing import Any

from console.actor import Actor
from console.changes.ending import FOLLOWING
from console.changes.models import Change, Step
from console.changes.plans import known_params
from console.operators import policy, refusals

BATCH = 2000


def require(actor: Actor, change: Change, verb: str) -> None:
    """Raise `policy.Denied` or `policy.OutOfScope`, entered in the audit log, unless `actor` may do it.

    What ends another change also takes the right to what it ends: calling the end off lets that stay.
    """
    if is_own(actor, change):
        return
    require_steps(actor, change, verb)


def require_steps(actor: Actor, change: Change, verb: str) -> None:
    """Raise the same unless `actor` has the right to every step on its actual target."""
    try:
        policy.require_each(actor, change.organization, _calls(change))
    except (policy.Denied, policy.OutOfScope) as denial:
        refusals.enter(
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


def allows(actor: Actor, change: Change) -> bool:
    """Whether `require` would let `actor` act, for the buttons of a page."""
    if is_own(actor, change):
        return True
    operations = _steps(change).order_by().values_list("operation", flat=True).distinct()
    named = set(operations)
    if not all(policy.allows(actor, operation, change.organization) for operation in named):
        return False
    if all(policy.reaches_all(actor, operation, change.organization) for operation in named):
        return True
    try:
        policy.require_each(actor, change.organization, _calls(change))
    except (policy.Denied, policy.OutOfScope):
        return False
    return True


def is_own(actor: Actor, change: Change) -> bool:
    return change.requested_by_id == actor.operator_id


def _steps(change: Change) -> Any:
    changes = [change.pk]
    if change.kind in FOLLOWING and change.follows_id:
        changes.append(change.follows_id)
    return Step.objects.filter(change__in=changes)


def _calls(change: Change) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for operation, params in _steps(change).order_by("pk").values_list("operation", "params").iterator(BATCH):
        yield operation, known_params(params)
