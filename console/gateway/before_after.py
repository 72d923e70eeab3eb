"""What a write changes, read from AWS before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.aws import changed_fields, errors, model, transport
from console.aws.catalogue import CATALOGUE, DESCRIBE, KINDS, Operation, Read
from console.ledger.fields import plain
from console.mirror.models import Entity, Organization

# A setting of the whole organization that nobody has made yet; which of the two it is, is [unknown] for some.
ABSENT = frozenset({"EntityNotFoundException", "ResourceNotFoundException"})
PAGES = 20  # of a hundred, at the most: what is larger is no single write's before


@dataclass(frozen=True, slots=True)
class Shown:
    operation: str
    params: dict[str, Any]
    result: dict[str, Any]


def before(rule: Operation, organization: Organization, params: Mapping[str, Any]) -> dict[str, Any]:
    """What the write's reads show, by read operation; a fault here stops the write unsent."""
    return answers(look(rule, organization, params))


def answers(shown: list[Shown]) -> dict[str, Any]:
    """Return what reads showed, by operation."""
    return {each.operation: each.result for each in shown}


def after(
    rule: Operation, organization: Organization, params: Mapping[str, Any], result: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[Shown]]:
    """The same after the write, for the ledger and for the mirror; `None` if AWS would not show it.

    Of what the write has removed AWS shows nothing, which is an answer too.
    """
    known = {**params, **({"created": rule.target_of({}, result)} if rule.creates else {})}
    try:
        shown = look(rule, organization, known)
    except errors.Refused as answer:
        ends = not any(changed_fields.then(rule.name, {}, params).values())
        return ({rule.reads[0].operation: {}} if ends and answer.code in ABSENT else None), []
    except errors.CallFailed:
        return None, []
    return answers(shown), shown


def require_unchanged(
    rule: Operation, before: Mapping[str, Any], params: Mapping[str, Any], expecting: Mapping[str, Any]
) -> None:
    """Raise `Changed` unless the first read, or the write's facet, still shows every expected value.

    "" and absent are one, and so are a list and the same list in JSON.
    """
    if not rule.reads or not expecting:
        return
    found = {**changed_fields.first(before), **changed_fields.now(rule.name, before, params)}
    differences = [
        errors.Difference(name, value, found.get(name))
        for name, value in expecting.items()
        if (plain(found.get(name)) or None) != (plain(value) or None)
    ]
    if differences:
        raise errors.Changed(differences)


def name_of(organization: Organization, target: str) -> str:
    """How the mirror calls an entity, to keep the ledger readable when the entity is long gone."""
    entity = Entity.objects.filter(organization=organization, entity_id=target).only("email", "name").first()
    return (entity.email or entity.name) if entity else ""


def look(rule: Operation, organization: Organization, params: Mapping[str, Any]) -> list[Shown]:
    """Ask for all that the write's reads show; a read of what is not there yet is left out."""
    found = [_arguments(rule, read, organization, params) for read in rule.reads]
    return [_look(operation, organization, given) for operation, given in found if given is not None]


def _arguments(
    rule: Operation, read: Read, organization: Organization, params: Mapping[str, Any]
) -> tuple[str, dict[str, Any] | None]:
    """The read and its parameters, or `None` for them while what it would show does not exist yet."""
    target = params.get("created") or rule.target_of(params)
    operation = _describe(organization, str(target)) if read.operation == DESCRIBE else read.operation
    looked = CATALOGUE[operation]
    given = {name: params[name] for name in model.required_members(operation) if name in params}
    if looked.target and looked.target in model.input_members(operation):
        given[looked.target] = params.get(read.members.get(looked.target, ""), target)
    complete = all(given.get(name) for name in model.required_members(operation))
    return operation, given if complete else None


def _describe(organization: Organization, target: str) -> str:
    entity = Entity.objects.filter(organization=organization, entity_id=target).only("kind").first()
    return KINDS[entity.kind if entity else "user"]


def is_unset(operation: str, code: str) -> bool:
    """Whether a read's refusal says that nobody has made the setting yet, which is no failure."""
    return code in ABSENT and not CATALOGUE[operation].target


def _look(operation: str, organization: Organization, params: dict[str, Any]) -> Shown:
    rule = CATALOGUE[operation]
    try:
        result = transport.send(rule, organization, params).result
    except errors.Refused as answer:
        if not is_unset(operation, answer.code):
            raise
        return Shown(operation, params, {})
    for _ in range(PAGES):
        token = result.pop("NextToken", None)
        if not token:
            break
        page = transport.send(rule, organization, {**params, "NextToken": token}).result
        result = _joined(result, page)
    return Shown(operation, params, result)


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two pages of a listing as one."""
    return {
        name: [*first.get(name, []), *value] if isinstance(value, list) else value
        for name, value in second.items()
    }
