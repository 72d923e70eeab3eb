"""From a plan to rows: rights, limits and conditions are looked at before anything is kept."""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from console.aws import errors, model
from console.aws.catalogue import CATALOGUE, Operation
from console.aws.model import Problem
from console.aws.redaction import REDACTED, redact
from console.celery import hint
from console.changes import conditions, preview
from console.changes.models import Change, Step
from console.changes.plans import Planned, is_made_up, links, stored
from console.ledger import journal
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.actors import Actor

BATCH = 500
SHORT = 50  # steps whose preview a request reads itself
LOOKED_AT = 5.0  # seconds that it may take for that
PREPARE = "console.changes.tasks.prepare"
State = Change.State
Secrets = dict[int, dict[str, Any]]


def draft(
    actor: Actor, organization: Organization, title: str, steps: Sequence[Planned], **given: Any
) -> Change:
    """A change as a draft with its preview, which a worker goes on reading if it is long.

    Takes and raises what `keep` does; nothing has happened yet.
    """
    change = keep(actor, organization, title, steps, **given)
    if not preview.prepare(change, time.monotonic() + (LOOKED_AT if change.total <= SHORT else 0)):
        hint(PREPARE)
    return change


def keep(
    actor: Actor,
    organization: Organization,
    title: str,
    steps: Sequence[Planned],
    *,
    reason: str = "",
    ticket: str = "",
    kind: str = "",
    not_before: datetime | None = None,
    follows: Change | None = None,
    undoes: Change | None = None,
    reverts: bool = False,
    data: Mapping[str, Any] | None = None,
) -> Change:
    """A change as a draft without a preview, for what is about to be done anyway.

    Raises `policy.Denied` and `policy.OutOfScope` for what `actor` may not do, `errors.Invalid` for
    what does not fit the model or lacks a reason that the organization asks for. Secrets are kept by
    the object that is returned (`secrets`), never by its row.
    """
    _require(actor, organization, steps)
    conditions.require_why(organization, steps, reason, ticket)
    change = Change(
        organization=organization,
        title=title[:300],
        kind=kind,
        reason=reason,
        ticket=ticket,
        requested_by_id=actor.operator_id,
        requested_by=actor.name,
        total=len(steps),
        not_before=not_before,
        follows=follows,
        undoes=undoes,
        reverts=reverts,
        data=journal.plain(dict(data or {})),
    )
    return save(change, steps)


def save(change: Change, steps: Sequence[Planned]) -> Change:
    """The change with its steps, in one transaction."""
    names = _names(change.organization, steps)
    rows = [_step(change, position, planned, names) for position, planned in enumerate(steps)]
    with transaction.atomic():
        change.save()
        for row in rows:
            row.change_id = change.pk
        Step.objects.bulk_create(rows, batch_size=BATCH)
    change.secrets = secrets(steps)
    return change


def secrets(steps: Iterable[Planned]) -> Secrets:
    """What the rows do not keep, by position."""
    found: Secrets = {}
    for position, planned in enumerate(steps):
        params = {name: value for name, value in planned.params.items() if not is_made_up(stored(value))}
        hidden = [
            name
            for name, value in redact(planned.operation, _plain(params)).items()
            if value != _plain(params)[name]
        ]
        if hidden:
            found[position] = {name: params[name] for name in hidden}
    return found


def _require(actor: Actor, organization: Organization, steps: Sequence[Planned]) -> None:
    problems: list[Problem] = []
    asked: set[tuple[str, str]] = set()
    for planned in steps:
        rule = CATALOGUE[planned.operation]
        known = _known(planned.params)
        if (key := _scope_key(rule, known)) not in asked:
            policy.require(actor, planned.operation, organization, known)
            asked.add(key)
        problems += _problems(rule, planned)
    if problems:
        raise errors.Invalid(problems)


def _scope_key(rule: Operation, params: Mapping[str, Any]) -> tuple[str, str]:
    """Steps that the policy answers alike: the same operation on the same entities and address."""
    named = {name: params.get(name) for name in (*rule.entity_members, policy.ADDRESSES.get(rule.name, ""))}
    return rule.name, repr(sorted(named.items(), key=str))


def _problems(rule: Operation, planned: Planned) -> list[Problem]:
    """What the model finds wrong, of members that are known already."""
    waiting = {name for name, value in stored(planned.params).items() if is_made_up(value)}
    waiting |= {name for name, _ in links(stored(planned.params))}
    known = {
        name: value for name, value in planned.params.items() if name not in waiting and value is not None
    }
    found = model.input_problems(
        rule.name, {"OrganizationId": "m-" + "0" * 32, **known} if _in_one(rule) else known
    )
    apart = waiting | {model.token_member(rule.name)}
    return [problem for problem in found if not (problem.code == "required" and problem.field in apart)]


def _in_one(rule: Operation) -> bool:
    return "OrganizationId" in model.input_members(rule.name)


def _known(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as far as they are more than links to earlier steps."""
    kept = stored(params)
    waiting = {name for name, _ in links(kept)}
    return {name: value for name, value in params.items() if name not in waiting and value is not None}


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stored(params).items() if value is not None}


def _step(change: Change, position: int, planned: Planned, names: Mapping[str, str]) -> Step:
    rule = CATALOGUE[planned.operation]
    params = {
        name: value if is_made_up(value) or _is_link(value) else redact(rule.name, {name: value})[name]
        for name, value in _plain(planned.params).items()
    }
    token = model.token_member(rule.name)
    if token and token not in params:
        params[token] = str(uuid.uuid4())
    target = "" if _is_link(params.get(rule.target)) else rule.target_of(params)
    return Step(
        change=change,
        position=position,
        operation=rule.name,
        params=journal.plain(params),
        label=planned.label[:300],
        target=target[:256],
        target_name=(names.get(target) or str(params.get("Name") or ""))[:320],
        needs=planned.needs,
        expects=journal.plain(dict(planned.expects)) if planned.expects is not None else None,
        row=planned.row,
    )


def _is_link(value: Any) -> bool:
    return bool(links({"": value}))


def _names(organization: Organization, steps: Sequence[Planned]) -> dict[str, str]:
    """How the mirror calls every target, in a query for each five hundred."""
    targets = list({CATALOGUE[each.operation].target_of(_known(each.params)) for each in steps} - {""})
    names: dict[str, str] = {}
    for start in range(0, len(targets), BATCH):
        found = Entity.objects.filter(organization=organization, entity_id__in=targets[start : start + BATCH])
        names |= {
            each.entity_id: each.email or each.name for each in found.only("entity_id", "email", "name")
        }
    return names


def lacks_secrets(step: Step) -> bool:
    """Whether the row alone cannot be sent: what was typed was kept in memory, and is gone."""
    return any(value == REDACTED for value in step.params.values())
