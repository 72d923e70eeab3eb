"""From a plan to rows: rights, limits and conditions are looked at before anything is kept."""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction

from console.actor import Actor
from console.aws import errors, model
from console.aws.catalogue import CATALOGUE, Operation
from console.aws.model import Problem
from console.aws.redaction import is_secret, redact
from console.celery import hint
from console.changes import conditions, preview
from console.changes.inserting import insert
from console.changes.models import Change, Step
from console.changes.plans import Generated, Planned, is_link, is_made_up, known_params, stored
from console.ledger import journal
from console.mirror.models import Entity, Organization
from console.operators import policy

BATCH = 500
SIMPLE = frozenset({"string", "integer", "long", "boolean"})
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
    if undoes is None:  # the undo of something has that one's reason and ticket, as far as there are any
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
    with transaction.atomic():
        change.save()
        insert(Step, (_step(change, position, planned, names) for position, planned in enumerate(steps)))
    change.secrets = secrets(steps)
    return change


def secrets(steps: Iterable[Planned]) -> Secrets:
    """What the rows do not keep, by position."""
    found = ((position, _hidden(planned)) for position, planned in enumerate(steps))
    return {position: hidden for position, hidden in found if hidden}


@cache
def _harmless(operation: str) -> frozenset[str]:
    """Members that hold one value and never a secret; the others are looked into."""
    members = model.input_members(operation).items()
    return frozenset(name for name, shape in members if shape.type_name in SIMPLE and not is_secret(shape))


def _hidden(planned: Planned) -> dict[str, Any]:
    if planned.params.keys() <= _harmless(planned.operation):
        return {}
    given = _given(planned.params)
    shown = redact(planned.operation, given)
    return {name: planned.params[name] for name, value in given.items() if shown[name] != value}


def _require(actor: Actor, organization: Organization, steps: Sequence[Planned]) -> None:
    policy.require_each(actor, organization, [(each.operation, known_params(each.params)) for each in steps])
    problems = [problem for each in steps for problem in _problems(CATALOGUE[each.operation], each)]
    if problems:
        raise errors.Invalid(problems)


def _problems(rule: Operation, planned: Planned) -> list[Problem]:
    """What the model finds wrong, of members that are known already."""
    known = {name: value for name, value in planned.params.items() if value is not None and not _waits(value)}
    found = model.input_problems(
        rule.name, {"OrganizationId": "m-" + "0" * 32, **known} if _in_one(rule) else known
    )
    if not found:
        return found
    apart = {name for name, value in planned.params.items() if _waits(value)} | {
        model.token_member(rule.name)
    }
    return [problem for problem in found if not (problem.code == "required" and problem.field in apart)]


def _in_one(rule: Operation) -> bool:
    return "OrganizationId" in model.input_members(rule.name)


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    """Those that somebody typed or chose, as they are stored."""
    return {name: stored(value) for name, value in params.items() if value is not None and not _waits(value)}


def _step(change: Change, position: int, planned: Planned, names: Mapping[str, str]) -> dict[str, Any]:
    rule = CATALOGUE[planned.operation]
    waiting = {name: stored(value) for name, value in planned.params.items() if _waits(value)}
    given = _given(planned.params)
    params = {**(given if given.keys() <= _harmless(rule.name) else redact(rule.name, given)), **waiting}
    token = model.token_member(rule.name)
    if token and token not in params:
        params[token] = str(uuid.uuid4())
    target = "" if is_link(params.get(rule.target)) else rule.target_of(params)
    return {
        "change_id": change.pk,
        "position": position,
        "operation": rule.name,
        "params": journal.plain(params),
        "label": planned.label[:300],
        "target": target[:256],
        "target_name": (names.get(target) or str(known_params(params).get("Name") or ""))[:320],
        "needs": planned.needs,
        "expects": journal.plain(stored(planned.expects)) if planned.expects is not None else None,
        "row": planned.row,
    }


def _waits(value: Any) -> bool:
    """Whether it is known only when the step runs."""
    return isinstance(value, Generated) or (isinstance(value, dict) and is_made_up(value)) or is_link(value)


def _names(organization: Organization, steps: Sequence[Planned]) -> dict[str, str]:
    """How the mirror calls every target, in a query for each five hundred."""
    targets = list({CATALOGUE[each.operation].target_of(known_params(each.params)) for each in steps} - {""})
    names: dict[str, str] = {}
    for start in range(0, len(targets), BATCH):
        found = Entity.objects.filter(organization=organization, entity_id__in=targets[start : start + BATCH])
        told = found.values_list("entity_id", "email", "name")
        names |= {entity_id: email or name for entity_id, email, name in told}
    return names
