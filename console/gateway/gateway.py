"""The one way out: policy, validation, intent in the ledger, AWS, outcome in the ledger, mirror."""

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
from console.aws.catalogue import CATALOGUE, DELETES, ENTITY_MEMBERS, Operation
from console.aws.redaction import redact, redact_result
from console.gateway import before_after, requirements, target_leases
from console.ledger import journal
from console.ledger.fields import plain
from console.ledger.models import Entry
from console.mirror import effects
from console.mirror.models import Organization
from console.operators import policy, refusals

logger = logging.getLogger(__name__)
AT_ONCE = 16  # reads that one page asks together
GIVEN = ("Alias", "Email", "DomainName")  # members that name what is given or taken
LONGEST = 300  # characters of a target
NOT_RECORDED = "The console could not read or record the answer of Amazon WorkMail"


class Fence(Protocol):
    """Keeps a worker that another one has replaced from sending anything."""

    def require_held(self) -> None:
        """Raise unless the work is still the caller's."""


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
    params = _complete(rule, organization, params)
    with _refusals_entered(actor, rule, organization, params, reason=reason, ticket=ticket):
        policy.require(actor, rule.name, organization, params)
        _require_valid(rule, params)
        requirements.require(
            actor, rule, organization, params, reason=reason, ticket=ticket, approval=approval, steps=steps
        )
    if rule.is_read:
        return _read(rule, organization, params)
    said = {"reason": reason, "ticket": ticket, "call": call_id, "parties": parties}
    try:
        with target_leases.held(organization, _targets(rule, params)) as lease:
            shown = before_after.look(rule, organization, params)
            _teach_mirror(organization, rule, shown)
            before = before_after.answers(shown)
            before_after.require_unchanged(rule, before, params, expecting or {})
            intent = _intend(actor, rule, organization, params, before, **said)
            return _write(rule, organization, params, intent, _Fences(lease, fence))
    except target_leases.TargetBusy as busy:
        raise errors.Busy from busy


def _targets(rule: Operation, params: Mapping[str, Any]) -> set[str]:
    """Return what no other write may touch meanwhile: entities and addresses, else the area's settings."""
    entities = {str(params[name]) for name in ENTITY_MEMBERS if params.get(name)}
    naming = (*GIVEN, "Name") if rule.creates else GIVEN
    given = {f"{name}:{str(params[name]).casefold()}" for name in naming if params.get(name)}
    return {each[:LONGEST] for each in entities | given} or {f"area:{rule.area}"}


@dataclass(frozen=True, slots=True)
class _Fences:
    """Asked between the intent and the call: the lease on the targets, and the caller's own fence."""

    lease: target_leases.Held
    own: Fence | None

    def require_held(self) -> None:
        if not self.lease.is_held():
            raise errors.Busy
        if self.own is not None:
            self.own.require_held()


def current_values(actor: Actor, operation: str, organization: Organization, **params: Any) -> dict[str, Any]:
    """Return the values that a write would replace, as AWS has them now; they are its `expecting`.

    Takes the right to the write, and raises what `call` does for a read.
    """
    rule = CATALOGUE[operation]
    params = _complete(rule, organization, params)
    with _refusals_entered(actor, rule, organization, params):
        policy.require(actor, rule.name, organization, params)
    shown = before_after.before(rule, organization, params)
    values: dict[str, Any] = plain(changed_fields.now(operation, shown, params))
    return values


def pages(
    actor: Actor, operation: str, organization: Organization, **params: Any
) -> Iterator[dict[str, Any]]:
    """Every page of a listing."""
    token: dict[str, Any] = {}
    while True:
        page = call(actor, operation, organization, **params, **token)
        yield page
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


@dataclass(frozen=True, slots=True)
class Asked:
    """One of several reads that are asked together."""

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)


def together(
    actor: Actor, organization: Organization, asked: Sequence[Asked]
) -> list[dict[str, Any] | errors.CallFailed]:
    """Reads that do not depend on each other, at the same time; each answer, or why there is none.

    Rights are asked for first, all of them here: raises `policy.Denied` or `policy.OutOfScope` before
    anything is sent. Threads only wait for AWS; the database is this thread's alone.
    """
    rules = [CATALOGUE[each.operation] for each in asked]
    params = [
        _complete(rule, organization, dict(each.params)) for rule, each in zip(rules, asked, strict=True)
    ]
    for rule, given in zip(rules, params, strict=True):
        if not rule.is_read:
            raise ValueError(f"{rule.name} is no read")
        with _refusals_entered(actor, rule, organization, given):
            policy.require(actor, rule.name, organization, given)
        _require_valid(rule, given)
    asked_at = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda rule, given: _answer(rule, organization, given), rules, params))
    for rule, given, answer in zip(rules, params, answers, strict=True):
        if not isinstance(answer, errors.CallFailed):
            effects.absorb(organization, rule.name, given, answer, asked=asked_at)
    return answers


def _answer(
    rule: Operation, organization: Organization, params: Mapping[str, Any]
) -> dict[str, Any] | errors.CallFailed:
    try:
        return transport.send(rule, organization, params).result
    except errors.CallFailed as failure:
        return failure


def _complete(rule: Operation, organization: Organization, params: dict[str, Any]) -> dict[str, Any]:
    if "OrganizationId" in model.input_members(rule.name):
        params = {"OrganizationId": organization.organization_id, **params}
    return {name: value for name, value in params.items() if value is not None}


@contextmanager
def _refusals_entered(
    actor: Actor, rule: Operation, organization: Organization, params: Mapping[str, Any], **why: str
) -> Iterator[None]:
    """Enter in the audit log what the policy or the change policies refuse: an attempt is worth knowing."""
    try:
        yield
    except (policy.Refusal, errors.ApprovalRequired) as refusal:
        refusals.enter(actor, refusal, organization, rule.name, target=rule.target_of(params), **why)
        raise


def _require_valid(rule: Operation, params: Mapping[str, Any]) -> None:
    """botocore makes a token where none is given: a new one each time, so a repeat would be a second call."""
    problems = model.input_problems(rule.name, params)
    token = model.token_member(rule.name)
    if token and token not in params:
        problems = [*problems, model.Problem(token, "required", "is required")]
    if problems:
        raise errors.Invalid(problems)


def _read(rule: Operation, organization: Organization, params: Mapping[str, Any]) -> dict[str, Any]:
    asked_at = time.monotonic()
    answer = transport.send(rule, organization, params)
    effects.absorb(organization, rule.name, params, answer.result, asked=asked_at)
    return answer.result


def _intend(
    actor: Actor,
    rule: Operation,
    organization: Organization,
    params: Mapping[str, Any],
    before: Mapping[str, Any],
    **said: Any,
) -> Entry:
    """`said` is why, for which ticket, by which id it shall be found, and who took part."""
    target = rule.target_of(params)
    return journal.intent(
        actor,
        rule.name,
        organization.organization_id,
        target=target,
        target_name=before_after.name_of(organization, target) or str(params.get("Name", "")),
        params=redact(rule.name, params),
        before=before,
        **said,
    )


def _write(
    rule: Operation,
    organization: Organization,
    params: Mapping[str, Any],
    intent: Entry,
    fence: Fence | None = None,
) -> dict[str, Any]:
    """Send what the ledger holds an intent for, and enter the outcome whatever happens."""
    sent_writes.begin()
    try:
        if fence is not None:
            fence.require_held()
    except Exception as failure:
        _try_to_enter(intent, Entry.Outcome.NOT_APPLIED, failure)
        sent_writes.end()
        raise
    try:
        answer = transport.send(rule, organization, params, intent.seq)
    except BaseException as failure:
        _fail(intent, failure)
    after, shown = _look_after(rule, organization, params, answer.result)
    try:
        journal.outcome(
            intent,
            Entry.Outcome.DONE,
            after=after,
            result=redact_result(rule.name, answer.result),
            aws_request_id=answer.request_id,
            attempts=answer.attempts,
        )
    except Exception as fault:
        raise _unknown(fault) from fault
    _teach_mirror(organization, rule, shown, deleted=rule.target_of(params) if rule.name in DELETES else "")
    return answer.result


def _fail(intent: Entry, failure: BaseException) -> NoReturn:
    """Enter what a failed call came to and raise it as one of the three classes.

    A refusal that cannot be entered is an unknown outcome too: the step follows what the ledger says.
    """
    if isinstance(failure, errors.Refused | errors.NotSent) or not getattr(failure, "sent", True):
        if not _try_to_enter(intent, Entry.Outcome.REFUSED, failure):
            raise _unknown(failure) from failure
        sent_writes.end()
        raise failure
    _try_to_enter(intent, Entry.Outcome.UNKNOWN, failure)
    if isinstance(failure, errors.OutcomeUnknown) or not isinstance(failure, Exception):
        raise failure
    raise _unknown(failure) from failure


def _unknown(failure: BaseException) -> errors.OutcomeUnknown:
    if isinstance(failure, errors.Unreachable):
        return errors.OutcomeUnknown(str(failure), failure.code)
    name = type(failure).__name__
    return errors.OutcomeUnknown(f"{NOT_RECORDED} ({name}).", name)


def _try_to_enter(intent: Entry, outcome: Entry.Outcome, failure: BaseException) -> bool:
    """Enter it; what cannot be entered stays an open intent, which settling takes up."""
    try:
        journal.outcome(
            intent,
            outcome,
            error={"code": getattr(failure, "code", type(failure).__name__), "message": str(failure)},
            aws_request_id=getattr(failure, "request_id", ""),
        )
    except Exception:
        logger.exception("the outcome of %s could not be entered", intent.operation)
        return False
    return True


def _look_after(
    rule: Operation, organization: Organization, params: Mapping[str, Any], result: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[before_after.Shown]]:
    """A fault in reading what the write has changed does not make the write less done."""
    try:
        return before_after.after(rule, organization, params, result)
    except Exception:
        logger.exception("what %s has changed could not be read", rule.name)
        return None, []


def _teach_mirror(
    organization: Organization, rule: Operation, shown: list[before_after.Shown], deleted: str = ""
) -> None:
    """A fault of the mirror must not tell the operator that a write which happened has failed."""
    try:
        for each in shown:
            effects.absorb(organization, each.operation, each.params, each.result)
        if deleted:
            effects.forget(organization, deleted, operation=rule.name)
    except Exception:
        logger.exception("the mirror did not learn from %s", rule.name)
