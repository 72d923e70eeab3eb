"""Read what a write changes, before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.aws import changed_fields, errors, model, transport
from console.aws.catalogue import CATALOGUE, DESCRIBE, DESCRIBE_BY_KIND, Operation, Read
from console.aws.catalogue.fields import first_result
from console.ledger.fields import plain
from console.mirror.models import Entity, Organization

# A setting of the whole organization that nobody has made yet; which of the two it is, is [unknown] for some.
NOT_FOUND_CODES = frozenset({"EntityNotFoundException", "ResourceNotFoundException"})
MAX_PAGES = 20  # of a hundred, at the most: what is larger is no single write's before


@dataclass(frozen=True, slots=True)
class CompletedRead:
    operation: str
    params: dict[str, Any]
    result: dict[str, Any]


def read_before(rule: Operation, organization: Organization, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of the write's reads by operation; a failure stops the write unsent."""
    return results_by_operation(run_reads(rule, organization, params))


def results_by_operation(shown: list[CompletedRead]) -> dict[str, Any]:
    """Return results by operation."""
    return {each.operation: each.result for each in shown}


def read_after(
    rule: Operation, organization: Organization, params: Mapping[str, Any], result: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[CompletedRead]]:
    """Return the results after the write, by operation and as reads; `None` if AWS does not show them.

    Of what the write has removed AWS shows nothing, which is an answer too.
    """
    known = {**params, **({"created": rule.target_of({}, result)} if rule.creates else {})}
    try:
        shown = run_reads(rule, organization, known)
    except errors.Refused as answer:
        ends = not any(changed_fields.expected_values(rule.name, {}, params).values())
        return ({rule.reads[0].operation: {}} if ends and answer.code in NOT_FOUND_CODES else None), []
    except errors.CallFailed:
        return None, []
    return results_by_operation(shown), shown


def require_unchanged(
    rule: Operation, before: Mapping[str, Any], params: Mapping[str, Any], expecting: Mapping[str, Any]
) -> None:
    """Raise `Changed` unless the first read or the changed fields show every expected value.

    "" and absent are one, and so are a list and the same list in JSON.
    """
    if not rule.reads or not expecting:
        return
    found = {**first_result(before), **changed_fields.read_values(rule.name, before, params)}
    differences = [
        errors.Difference(name, value, found.get(name))
        for name, value in expecting.items()
        if (plain(found.get(name)) or None) != (plain(value) or None)
    ]
    if differences:
        raise errors.Changed(differences)


def get_entity_name(organization: Organization, target: str) -> str:
    """Return an entity's name in the mirror, for the audit log."""
    entity = Entity.objects.filter(organization=organization, entity_id=target).only("email", "name").first()
    return (entity.email or entity.name) if entity else ""


def run_reads(rule: Operation, organization: Organization, params: Mapping[str, Any]) -> list[CompletedRead]:
    """Run the write's reads, except of objects that do not exist yet."""
    found = [_read_params(rule, read, organization, params) for read in rule.reads]
    return [_run_read(operation, organization, given) for operation, given in found if given is not None]


def _read_params(
    rule: Operation, read: Read, organization: Organization, params: Mapping[str, Any]
) -> tuple[str, dict[str, Any] | None]:
    """Return the read and its parameters, or `None` while its object does not exist."""
    target = params.get("created") or rule.target_of(params)
    operation = (
        _describe_operation(organization, str(target)) if read.operation == DESCRIBE else read.operation
    )
    looked = CATALOGUE[operation]
    given = {name: params[name] for name in model.required_members(operation) if name in params}
    if looked.target and looked.target in model.input_members(operation):
        given[looked.target] = params.get(read.members.get(looked.target, ""), target)
    complete = all(given.get(name) for name in model.required_members(operation))
    return operation, given if complete else None


def _describe_operation(organization: Organization, target: str) -> str:
    entity = Entity.objects.filter(organization=organization, entity_id=target).only("kind").first()
    return DESCRIBE_BY_KIND[entity.kind if entity else "user"]


def is_unset(operation: str, code: str) -> bool:
    """Return whether a refusal means that the setting does not exist, which is no failure."""
    return code in NOT_FOUND_CODES and not CATALOGUE[operation].target


def _run_read(operation: str, organization: Organization, params: dict[str, Any]) -> CompletedRead:
    rule = CATALOGUE[operation]
    try:
        result = transport.send_call(rule, organization, params).result
    except errors.Refused as answer:
        if not is_unset(operation, answer.code):
            raise
        return CompletedRead(operation, params, {})
    for _ in range(MAX_PAGES):
        token = result.pop("NextToken", None)
        if not token:
            break
        page = transport.send_call(rule, organization, {**params, "NextToken": token}).result
        result = _join_pages(result, page)
    return CompletedRead(operation, params, result)


def _join_pages(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Join two pages of a listing."""
    return {
        name: [*first.get(name, []), *value] if isinstance(value, list) else value
        for name, value in second.items()
    }
