"""Changes that block and restore access, verified for each protocol."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from console.actor import Actor
from console.areas.identity import access_tokens
from console.areas.lifecycle.access_block import block_rules, block_status
from console.changes import completion, control, drafts, engine, schedule
from console.changes.models import RESTORE_ACCESS_KIND, Change
from console.changes.steps import GENERATED, PlannedStep
from console.mirror.models import Entity
from console.rules.evaluation import Rule

BLOCK_KIND = "freeze"
RESET_PASSWORD, REVOKE_TOKENS = "password", "tokens"
State = Change.State
ReasonFields = Mapping[str, str]


def block_access(
    actor: Actor, user: Entity, rules: Sequence[Rule], until: datetime | None, why: ReasonFields
) -> Change:
    """Deny the user every protocol, and undo it if WorkMail does not confirm it.

    The end is planned first, so an approval of the beginning covers both.
    """
    steps = block_rules.plan_block(rules, user)
    reason, ticket = why["reason"], why["ticket"]
    change = drafts.create_change(
        actor,
        user.organization,
        f"Freeze {user}",
        steps,
        kind=BLOCK_KIND,
        reverts=True,
        reason=reason,
        ticket=ticket,
        data={"entity_id": user.entity_id},
    )
    if until:
        try:
            thaw = schedule_restore(
                actor, user, block_rules.simulate_step(rules, steps[0]), until, change, why
            )
        except BaseException:
            completion.discard_change(change)
            raise
    completion.record_event(actor, change, "was started")
    engine.start_change(change, actor)
    change.refresh_from_db()
    if until and change.is_finished and change.state != State.DONE:
        completion.cancel_ends([thaw], f"There is nothing to end: “{change}” was not done.")
    return change


def schedule_restore(
    actor: Actor,
    user: Entity,
    rules: Sequence[Rule],
    until: datetime,
    follows: Change | None,
    why: ReasonFields,
) -> Change:
    """Schedule the restore, in place of an earlier scheduled one."""
    cancel_scheduled_restore(actor, user)
    return schedule.schedule_end(
        actor,
        user.organization,
        block_rules.plan_restore(rules, user),
        until,
        title=f"Thaw {user}",
        kind=RESTORE_ACCESS_KIND,
        follows=follows,
        reason=why["reason"],
        ticket=why["ticket"],
        data={"entity_id": user.entity_id},
    )


def cancel_scheduled_restore(actor: Actor, user: Entity) -> None:
    planned = block_status.find_scheduled_restore(user.organization, user.entity_id)
    if planned:
        control.cancel_change(actor, planned, "Another moment was chosen, or it was done by hand.")


def restore_access(actor: Actor, user: Entity, rules: Sequence[Rule], why: ReasonFields) -> Change:
    """Restore access and verify that the user does not match the rule any more."""
    change = drafts.create_change(
        actor,
        user.organization,
        f"Thaw {user}",
        block_rules.plan_restore(rules, user),
        kind=RESTORE_ACCESS_KIND,
        reason=why["reason"],
        ticket=why["ticket"],
        data={"entity_id": user.entity_id},
    )
    completion.record_event(actor, change, "was started")
    engine.start_change(change, actor)
    change.refresh_from_db()
    if change.state == State.DONE:
        cancel_scheduled_restore(actor, user)
    return change


def sign_out_user(
    actor: Actor, user: Entity, chosen: Sequence[str], follows: Change, why: ReasonFields
) -> Change | None:
    """Reset the password and revoke tokens, in a change of its own.

    A directory with its own passwords refuses the reset, and the block has to stay.
    """
    steps: list[PlannedStep] = []
    if RESET_PASSWORD in chosen:
        params = {"UserId": user.entity_id, "Password": GENERATED}
        steps.append(PlannedStep("ResetPassword", params, f"A password that nobody knows for {user}"))
    if REVOKE_TOKENS in chosen:
        steps += access_tokens.build_revocation_steps(access_tokens.list_user_tokens(actor, user))
    if not steps:
        return None
    change = drafts.create_draft(
        actor,
        user.organization,
        f"Sign {user} out",
        steps,
        kind=BLOCK_KIND,
        follows=follows,
        reason=why["reason"],
        ticket=why["ticket"],
    )
    return engine.start_change(change, actor) if follows.state == State.DONE else change
