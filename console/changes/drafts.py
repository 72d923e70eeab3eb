"""Create changes with their steps, after checking rights, parameters and policies."""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connections, router, transaction
from django.db.models import Field, Model

from console.actor import Actor
from console.aws import errors, model
from console.aws.catalogue import CATALOGUE, Operation
from console.aws.model import Problem
from console.aws.redaction import is_secret, redact
from console.celery import hint
from console.changes import policies, preview
from console.changes.models import Change, Step
from console.changes.steps import (
    GeneratedPassword,
    PlannedStep,
    is_generated,
    is_link,
    known_params,
    to_stored,
)
from console.ledger import journal
from console.mirror.models import Entity, Organization
from console.operators import policy


def insert_rows(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert many rows with one prepared statement, much faster than `bulk_create`.

    All rows name the same columns. Keys are the database's, signals are not sent.
    """
    given = list(rows)
    if not given:
        return
    connection = connections[router.db_for_write(model)]
    fields: list[Field[Any, Any]] = [each for each in model._meta.concrete_fields if not each.primary_key]
    prepared = [(each.attname, each.attname in given[0], each.get_internal_type(), each) for each in fields]
    defaults = {each.attname: each.get_db_prep_save(each.get_default(), connection) for each in fields}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(each.column)) for each in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names

    def values(row: Mapping[str, Any]) -> list[Any]:
        return [
            defaults[name]
            if not told
            else row[name]
            if kind != "JSONField"
            else field.get_db_prep_save(row[name], connection)
            for name, told, kind, field in prepared
        ]

    with connection.cursor() as cursor:
        cursor.executemany(statement, [values(row) for row in given])


BATCH_SIZE = 500
SIMPLE_TYPES = frozenset({"string", "integer", "long", "boolean"})
MAX_INLINE_PREVIEW = 50  # steps whose preview a request reads itself
PREVIEW_SECONDS = 5.0  # seconds that it may take for that
PREPARE_TASK = "console.changes.tasks.prepare"
State = Change.State
StepSecrets = dict[int, dict[str, Any]]


def create_draft(
    actor: Actor, organization: Organization, title: str, steps: Sequence[PlannedStep], **given: Any
) -> Change:
    """Create a change with its preview; a worker completes a long one."""
    change = create_change(actor, organization, title, steps, **given)
    if not preview.prepare_preview(
        change, time.monotonic() + (PREVIEW_SECONDS if change.total <= MAX_INLINE_PREVIEW else 0)
    ):
        hint(PREPARE_TASK)
    return change


def create_change(
    actor: Actor,
    organization: Organization,
    title: str,
    steps: Sequence[PlannedStep],
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
    """Create a change without a preview.

    Raises `policy.Denied` and `policy.OutOfScope` for what `actor` may not do, `errors.Invalid` for
    what does not fit the model or lacks a reason that the organization asks for. Secrets are kept by
    the object that is returned (`secrets`), never by its row.
    """
    _require_valid(actor, organization, steps)
    if undoes is None:  # the undo of something has that one's reason and ticket, as far as there are any
        policies.require_reason(organization, steps, reason, ticket)
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
    return save_change(change, steps)


def save_change(change: Change, steps: Sequence[PlannedStep]) -> Change:
    """Store the change and its steps in one transaction."""
    names = _target_names(change.organization, steps)
    with transaction.atomic():
        change.save()
        insert_rows(
            Step, (_step_row(change, position, planned, names) for position, planned in enumerate(steps))
        )
    change.secrets = collect_secrets(steps)
    return change


def collect_secrets(steps: Iterable[PlannedStep]) -> StepSecrets:
    """Return the secrets by position, which the rows do not store."""
    found = ((position, _secret_params(planned)) for position, planned in enumerate(steps))
    return {position: hidden for position, hidden in found if hidden}


@cache
def _plain_members(operation: str) -> frozenset[str]:
    """Return the members that have a single value and no secret."""
    members = model.input_members(operation).items()
    return frozenset(
        name for name, shape in members if shape.type_name in SIMPLE_TYPES and not is_secret(shape)
    )


def _secret_params(planned: PlannedStep) -> dict[str, Any]:
    if planned.params.keys() <= _plain_members(planned.operation):
        return {}
    given = _known_values(planned.params)
    shown = redact(planned.operation, given)
    return {name: planned.params[name] for name, value in given.items() if shown[name] != value}


def _require_valid(actor: Actor, organization: Organization, steps: Sequence[PlannedStep]) -> None:
    policy.require_rights(
        actor, organization, [(each.operation, known_params(each.params)) for each in steps]
    )
    problems = [problem for each in steps for problem in _find_problems(CATALOGUE[each.operation], each)]
    if problems:
        raise errors.Invalid(problems)


def _find_problems(rule: Operation, planned: PlannedStep) -> list[Problem]:
    """Return the model's problems with the members that are known already."""
    known = {
        name: value for name, value in planned.params.items() if value is not None and not _is_deferred(value)
    }
    found = model.find_input_problems(
        rule.name, {"OrganizationId": "m-" + "0" * 32, **known} if _has_organization(rule) else known
    )
    if not found:
        return found
    apart = {name for name, value in planned.params.items() if _is_deferred(value)} | {
        model.token_member(rule.name)
    }
    return [problem for problem in found if not (problem.code == "required" and problem.field in apart)]


def _has_organization(rule: Operation) -> bool:
    return "OrganizationId" in model.input_members(rule.name)


def _known_values(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known parameters as they are stored."""
    return {
        name: to_stored(value)
        for name, value in params.items()
        if value is not None and not _is_deferred(value)
    }


def _step_row(
    change: Change, position: int, planned: PlannedStep, names: Mapping[str, str]
) -> dict[str, Any]:
    rule = CATALOGUE[planned.operation]
    waiting = {name: to_stored(value) for name, value in planned.params.items() if _is_deferred(value)}
    given = _known_values(planned.params)
    params = {**(given if given.keys() <= _plain_members(rule.name) else redact(rule.name, given)), **waiting}
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
        "expects": journal.plain(to_stored(planned.expects)) if planned.expects is not None else None,
        "row": planned.row,
    }


def _is_deferred(value: Any) -> bool:
    """Return whether the value is known only when the step runs."""
    return (
        isinstance(value, GeneratedPassword)
        or (isinstance(value, dict) and is_generated(value))
        or is_link(value)
    )


def _target_names(organization: Organization, steps: Sequence[PlannedStep]) -> dict[str, str]:
    """Return the targets' names in the mirror, in batches."""
    targets = list({CATALOGUE[each.operation].target_of(known_params(each.params)) for each in steps} - {""})
    names: dict[str, str] = {}
    for start in range(0, len(targets), BATCH_SIZE):
        found = Entity.objects.filter(
            organization=organization, entity_id__in=targets[start : start + BATCH_SIZE]
        )
        told = found.values_list("entity_id", "email", "name")
        names |= {entity_id: email or name for entity_id, email, name in told}
    return names
