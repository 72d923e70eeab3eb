"""The only way to call Amazon WorkMail: policy, validation, intent, call, outcome, mirror."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol
from uuid import UUID

from console.actor import Actor
from console.aws import changed_fields, errors, model, sent_writes, transport
from console.aws.catalogue import CATALOGUE, ENTITY_MEMBERS, Operation
from console.aws.redaction import redact, redact_result
from console.gateway import before_after, requirements, target_leases
from console.ledger import journal
from console.ledger.fields import plain
from console.ledger.models import Entry
from console.mirror import effects
from console.mirror.models import Organization
from console.operators import policy, refusals

logger = logging.getLogger(__name__)
MAX_CONCURRENT_READS = 16  # reads that one page asks together
NAMING_MEMBERS = ("Alias", "Email", "DomainName")  # members that name what is given or taken
MAX_TARGET_LENGTH = 300  # characters of a target
NOT_RECORDED = "The console could not read or record the answer of Amazon WorkMail"


class Fence(Protocol):
    """Stops a worker that has lost its lease from sending."""

    def require_held(self) -> None:
        """Raise if the caller has lost its lease."""


def call(
    actor: Actor,
    operation: str,
    organization: Organization,
    *,
    reason: str = "",
    ticket: str = "",
    expecting: Mapping[str, Any] | None = None,
    call_id: UUID | None = None,
    fence: Fence | None = None,
    parties: Mapping[str, str] | None = None,
    approval: requirements.Approval | None = None,
    steps: int = 1,
    **params: Any,
) -> dict[str, Any]:
    """Perform one operation of AWS for `actor` and return its answer.

    `OrganizationId` is filled in. `expecting` has values as the write's first read, or its facet, must
    still show them; `call_id` is what the ledger's entries of this call are found by; `fence` is asked
    between the intent and the call; `parties` are the operators that the intent names beside the actor.
    `approval` is what the change engine passes of an approved change, `steps` the size of that change.
    Raises `policy.Denied` or `policy.OutOfScope` (entered in the ledger) and, of `errors`, NotSent,
    Refused, or Unreachable; ApprovalRequired is NotSent, and entered too. Whatever goes wrong once a write
    may have reached AWS is OutcomeUnknown; the ledger then says so if it can be written, and settling
    finds out.
    """
    rule = CATALOGUE[operation]
    params = _complete_params(rule, organization, params)
    with _record_refusals(actor, rule, organization, params, reason=reason, ticket=ticket):
        policy.require_right(actor, rule.name, organization, params)
        _require_valid(rule, params)
        requirements.require_met(
            actor, rule, organization, params, reason=reason, ticket=ticket, approval=approval, steps=steps
        )
    if rule.is_read:
        return _call_read(rule, organization, params)
    said = {"reason": reason, "ticket": ticket, "call": call_id, "parties": parties}
    try:
        with target_leases.hold_targets(organization, _write_targets(rule, params)) as lease:
            shown = before_after.run_reads(rule, organization, params)
            _update_mirror(organization, rule, shown)
            before = before_after.results_by_operation(shown)
            before_after.require_unchanged(rule, before, params, expecting or {})
            intent = _record_intent(actor, rule, organization, params, before, **said)
            return _call_write(rule, organization, params, intent, _CombinedFence(lease, fence))
    except target_leases.TargetBusy as busy:
        raise errors.Busy from busy


def _write_targets(rule: Operation, params: Mapping[str, Any]) -> set[str]:
    """Return the entities and addresses to lease for a write, else its area."""
    entities = {str(params[name]) for name in ENTITY_MEMBERS if params.get(name)}
    naming = (*NAMING_MEMBERS, "Name") if rule.creates else NAMING_MEMBERS
    given = {f"{name}:{str(params[name]).casefold()}" for name in naming if params.get(name)}
    return {each[:MAX_TARGET_LENGTH] for each in entities | given} or {f"area:{rule.area}"}


@dataclass(frozen=True, slots=True)
class _CombinedFence:
    """Checked between intent and call: the lease on the targets, and the caller's own fence."""

    lease: target_leases.HeldTargets
    own: Fence | None

    def require_held(self) -> None:
        if not self.lease.is_held():
            raise errors.Busy
        if self.own is not None:
            self.own.require_held()


def read_current_values(
    actor: Actor, operation: str, organization: Organization, **params: Any
) -> dict[str, Any]:
    """Return the values that a write would replace, for use as its `expecting`.

    Takes the right to the write, and raises what `call` does for a read.
    """
    rule = CATALOGUE[operation]
    params = _complete_params(rule, organization, params)
    with _record_refusals(actor, rule, organization, params):
        policy.require_right(actor, rule.name, organization, params)
    shown = before_after.read_before(rule, organization, params)
    values: dict[str, Any] = plain(changed_fields.read_values(operation, shown, params))
    return values


def call_pages(
    actor: Actor, operation: str, organization: Organization, **params: Any
) -> Iterator[dict[str, Any]]:
    """Yield every page of a listing."""
    token: dict[str, Any] = {}
    while True:
        page = call(actor, operation, organization, **params, **token)
        yield page
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One of several concurrent reads."""

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)


def read_concurrently(
    actor: Actor, organization: Organization, asked: Sequence[ReadRequest]
) -> list[dict[str, Any] | errors.CallFailed]:
    """Run independent reads concurrently; return each result or its failure.

    Rights are asked for first, all of them here: raises `policy.Denied` or `policy.OutOfScope` before
    anything is sent. Threads only wait for AWS; the database is this thread's alone.
    """
    rules = [CATALOGUE[each.operation] for each in asked]
    params = [
        _complete_params(rule, organization, dict(each.params))
        for rule, each in zip(rules, asked, strict=True)
    ]
    for rule, given in zip(rules, params, strict=True):
        if not rule.is_read:
            raise ValueError(f"{rule.name} is no read")
        with _record_refusals(actor, rule, organization, given):
            policy.require_right(actor, rule.name, organization, given)
        _require_valid(rule, given)
    asked_at = time.monotonic()
    with ThreadPoolExecutor(MAX_CONCURRENT_READS) as pool:
        answers = list(pool.map(lambda rule, given: _try_read(rule, organization, given), rules, params))
    for rule, given, answer in zip(rules, params, answers, strict=True):
        if not isinstance(answer, errors.CallFailed):
            effects.store_result(organization, rule.name, given, answer, asked=asked_at)
    return answers


def _try_read(
    rule: Operation, organization: Organization, params: Mapping[str, Any]
) -> dict[str, Any] | errors.CallFailed:
    try:
        return transport.send_call(rule, organization, params).result
    except errors.CallFailed as failure:
        return failure


def _complete_params(rule: Operation, organization: Organization, params: dict[str, Any]) -> dict[str, Any]:
    if "OrganizationId" in model.input_members(rule.name):
        params = {"OrganizationId": organization.organization_id, **params}
    return {name: value for name, value in params.items() if value is not None}


@contextmanager
def _record_refusals(
    actor: Actor, rule: Operation, organization: Organization, params: Mapping[str, Any], **why: str
) -> Iterator[None]:
    """Record refusals by the policy or the change policies in the audit log."""
    try:
        yield
    except (policy.Refusal, errors.ApprovalRequired) as refusal:
        refusals.record_refusal(actor, refusal, organization, rule.name, target=rule.target_of(params), **why)
        raise


def _require_valid(rule: Operation, params: Mapping[str, Any]) -> None:
    """Raise `errors.Invalid`; a missing token counts, since botocore would make a new one per attempt."""
    problems = model.find_input_problems(rule.name, params)
    token = model.token_member(rule.name)
    if token and token not in params:
        problems = [*problems, model.Problem(token, "required", "is required")]
    if problems:
        raise errors.Invalid(problems)


def _call_read(rule: Operation, organization: Organization, params: Mapping[str, Any]) -> dict[str, Any]:
    asked_at = time.monotonic()
    answer = transport.send_call(rule, organization, params)
    effects.store_result(organization, rule.name, params, answer.result, asked=asked_at)
    return answer.result


def _record_intent(
    actor: Actor,
    rule: Operation,
    organization: Organization,
    params: Mapping[str, Any],
    before: Mapping[str, Any],
    **said: Any,
) -> Entry:
    """Record the intent; `said` has reason, ticket, call id and parties."""
    target = rule.target_of(params)
    return journal.record_intent(
        actor,
        rule.name,
        organization.organization_id,
        target=target,
        target_name=before_after.get_entity_name(organization, target) or str(params.get("Name", "")),
        params=redact(rule.name, params),
        before=before,
        **said,
    )


def _call_write(
    rule: Operation,
    organization: Organization,
    params: Mapping[str, Any],
    intent: Entry,
    fence: Fence | None = None,
) -> dict[str, Any]:
    """Send the recorded call and record its outcome, whatever happens."""
    sent_writes.count_write()
    try:
        if fence is not None:
            fence.require_held()
    except Exception as failure:
        _try_record_outcome(intent, Entry.Outcome.NOT_APPLIED, failure)
        sent_writes.uncount_write()
        raise
    try:
        answer = transport.send_call(rule, organization, params, intent.seq)
    except BaseException as failure:
        _raise_recorded(intent, failure)
    after, shown = _try_read_after(rule, organization, params, answer.result)
    try:
        journal.record_outcome(
            intent,
            Entry.Outcome.DONE,
            after=after,
            result=redact_result(rule.name, answer.result),
            aws_request_id=answer.request_id,
            attempts=answer.attempts,
        )
    except Exception as fault:
        raise _outcome_unknown(fault) from fault
    _update_mirror(organization, rule, shown, deleted=rule.target_of(params) if rule.leaves_tombstone else "")
    return answer.result


def _raise_recorded(intent: Entry, failure: BaseException) -> NoReturn:
    """Record the outcome of a failed call and raise it as one of the three classes.

    A refusal that cannot be entered is an unknown outcome too: the step follows what the ledger says.
    """
    if isinstance(failure, errors.Refused | errors.NotSent) or not getattr(failure, "sent", True):
        if not _try_record_outcome(intent, Entry.Outcome.REFUSED, failure):
            raise _outcome_unknown(failure) from failure
        sent_writes.uncount_write()
        raise failure
    _try_record_outcome(intent, Entry.Outcome.UNKNOWN, failure)
    if isinstance(failure, errors.OutcomeUnknown) or not isinstance(failure, Exception):
        raise failure
    raise _outcome_unknown(failure) from failure


def _outcome_unknown(failure: BaseException) -> errors.OutcomeUnknown:
    if isinstance(failure, errors.Unreachable):
        return errors.OutcomeUnknown(str(failure), failure.code)
    name = type(failure).__name__
    return errors.OutcomeUnknown(f"{NOT_RECORDED} ({name}).", name)


def _try_record_outcome(intent: Entry, outcome: Entry.Outcome, failure: BaseException) -> bool:
    """Record the outcome; return false if that fails, and the intent stays open for settling."""
    try:
        journal.record_outcome(
            intent,
            outcome,
            error={"code": getattr(failure, "code", type(failure).__name__), "message": str(failure)},
            aws_request_id=getattr(failure, "request_id", ""),
        )
    except Exception:
        logger.exception("the outcome of %s could not be entered", intent.operation)
        return False
    return True


def _try_read_after(
    rule: Operation, organization: Organization, params: Mapping[str, Any], result: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[before_after.CompletedRead]]:
    """Read what the write has changed; a failure here does not fail the write."""
    try:
        return before_after.read_after(rule, organization, params, result)
    except Exception:
        logger.exception("what %s has changed could not be read", rule.name)
        return None, []


def _update_mirror(
    organization: Organization, rule: Operation, shown: list[before_after.CompletedRead], deleted: str = ""
) -> None:
    """Update the mirror after a write; a failure here does not fail the write."""
    try:
        for each in shown:
            effects.store_result(organization, each.operation, each.params, each.result)
        if deleted:
            effects.mark_deleted(organization, deleted, operation=rule.name)
    except Exception:
        logger.exception("the mirror did not learn from %s", rule.name)
