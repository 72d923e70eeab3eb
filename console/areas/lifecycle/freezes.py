"""A freeze and a thaw as changes: done at once, proven protocol by protocol, ended at a moment if asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from console.actor import Actor
from console.areas.identity import access_tokens
from console.areas.lifecycle import freezing, standing
from console.changes import completion, control, drafts, engine, schedule
from console.changes.models import RESTORE_ACCESS_KIND, Change
from console.changes.steps import GENERATED, PlannedStep
from console.mirror.models import Entity
from console.rules.evaluation import Rule

KIND = "freeze"
PASSWORD, TOKENS = "password", "tokens"
State = Change.State
Why = Mapping[str, str]


def freeze(actor: Actor, person: Entity, rules: Sequence[Rule], until: datetime | None, why: Why) -> Change:
    """Deny the user every protocol; if WorkMail does not show it, undo it.

    The end is planned first, so an approval of the beginning covers both.
    """
    steps = freezing.freezing(rules, person)
    reason, ticket = why["reason"], why["ticket"]
    change = drafts.create_change(
        actor,
        person.organization,
        f"Freeze {person}",
        steps,
        kind=KIND,
        reverts=True,
        reason=reason,
        ticket=ticket,
        data={"entity_id": person.entity_id},
    )
    if until:
        try:
            thaw = plan_thaw(actor, person, freezing.after(rules, steps[0]), until, change, why)
        except BaseException:
            completion.discard_change(change)
            raise
    completion.record_event(actor, change, "was started")
    engine.start_change(change, actor)
    change.refresh_from_db()
    if until and change.is_finished and change.state != State.DONE:
        completion.cancel_ends([thaw], f"There is nothing to end: “{change}” was not done.")
    return change


def plan_thaw(
    actor: Actor, person: Entity, rules: Sequence[Rule], until: datetime, follows: Change | None, why: Why
) -> Change:
    """In the place of any that was planned before."""
    call_off_thaw(actor, person)
    return schedule.schedule_end(
        actor,
        person.organization,
        freezing.thawing(rules, person),
        until,
        title=f"Thaw {person}",
        kind=RESTORE_ACCESS_KIND,
        follows=follows,
        reason=why["reason"],
        ticket=why["ticket"],
        data={"entity_id": person.entity_id},
    )


def call_off_thaw(actor: Actor, person: Entity) -> None:
    planned = standing.scheduled_thaw(person.organization, person.entity_id)
    if planned:
        control.cancel_change(actor, planned, "Another moment was chosen, or it was done by hand.")


def thaw(actor: Actor, person: Entity, rules: Sequence[Rule], why: Why) -> Change:
    """Let her in again, and prove that this rule is none that she meets any more."""
    change = drafts.create_change(
        actor,
        person.organization,
        f"Thaw {person}",
        freezing.thawing(rules, person),
        kind=RESTORE_ACCESS_KIND,
        reason=why["reason"],
        ticket=why["ticket"],
        data={"entity_id": person.entity_id},
    )
    completion.record_event(actor, change, "was started")
    engine.start_change(change, actor)
    change.refresh_from_db()
    if change.state == State.DONE:
        call_off_thaw(actor, person)
    return change


def sign_out(actor: Actor, person: Entity, chosen: Sequence[str], follows: Change, why: Why) -> Change | None:
    """A password that nobody knows, and no tokens: after the freeze, and apart from it.

    A directory that keeps passwords itself refuses the first; the freeze has to stand all the same.
    """
    steps: list[PlannedStep] = []
    if PASSWORD in chosen:
        params = {"UserId": person.entity_id, "Password": GENERATED}
        steps.append(PlannedStep("ResetPassword", params, f"A password that nobody knows for {person}"))
    if TOKENS in chosen:
        steps += access_tokens.build_revocation_steps(access_tokens.list_user_tokens(actor, person))
    if not steps:
        return None
    change = drafts.create_draft(
        actor,
        person.organization,
        f"Sign {person} out",
        steps,
        kind=KIND,
        follows=follows,
        reason=why["reason"],
        ticket=why["ticket"],
    )
    return engine.start_change(change, actor) if follows.state == State.DONE else change
