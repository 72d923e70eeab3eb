"""Settle writes with an unknown outcome by reading; never by repeating them.

A timeout or a killed process leaves an intent without an outcome. The console reads what the write would
have changed and enters what it found: applied, not applied, or undetermined where WorkMail has nothing to
show (a password that was reset). It looks soon after a call that is known to be over, and after `QUIET`
where the process was killed. That a change is missing proves nothing before `QUIET`: WorkMail may still be
carrying out the call, or show an older state [inferred].
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from console import clock
from console.aws import changed_fields, errors
from console.aws.catalogue import CATALOGUE, Operation, Settle
from console.gateway import outcome_finders
from console.ledger import journal
from console.ledger.fields import plain
from console.ledger.models import Entry
from console.mirror.models import Organization

logger = logging.getLogger(__name__)
QUIET_PERIOD = timedelta(seconds=90)  # longer than any call can take
FIRST_LOOK = timedelta(seconds=5)  # after a call that is known to be over
Outcome = Entry.Outcome
# Refusals that say something of what is looked for; any other says that we may not look now.
REFUSALS_OF_TARGET = frozenset(
    {
        "EntityNotFoundException",
        "EntityStateException",
        "InvalidParameterException",
        "MailDomainNotFoundException",
        "OrganizationNotFoundException",
        "ResourceNotFoundException",
        "UnsupportedOperationException",
    }
)


def settle_due() -> int:
    """Settle every open intent that is due; return how many were settled."""
    intents = journal.open_intents(clock.now() - FIRST_LOOK)
    return sum(_try_settle(intent) for intent in intents if is_due(intent))


def _try_settle(intent: Entry) -> bool:
    """Settle one intent; a failure leaves it open."""
    try:
        return settle_intent(intent)
    except Exception:
        logger.exception("the outcome of call %s could not be settled", intent.call)
        return False


def is_due(intent: Entry) -> bool:
    """Return whether the call is known to be over, or old enough to be."""
    if is_quiet(intent):
        return True
    ended = Entry.objects.of_call(intent.call).filter(outcome=Outcome.UNKNOWN).first()
    return ended is not None and ended.at <= clock.now() - FIRST_LOOK


def is_quiet(intent: Entry) -> bool:
    return intent.at < clock.now() - QUIET_PERIOD


def settle_intent(intent: Entry) -> bool:
    """Find and record the outcome; return false if it stays open."""
    organization = Organization.objects.filter(organization_id=intent.organization).first()
    if organization is None or intent.operation not in CATALOGUE:
        journal.record_outcome(intent, Outcome.UNDETERMINED)
        return True
    try:
        outcome, shown = _find_outcome(intent, CATALOGUE[intent.operation], organization)
    except errors.CallFailed:
        return False
    if outcome is not Outcome.APPLIED and not is_quiet(intent):
        return False
    journal.record_outcome(intent, outcome, after=shown)
    return True


def _find_outcome(intent: Entry, rule: Operation, organization: Organization) -> outcome_finders.FoundOutcome:
    try:
        if rule.settle is Settle.FIELDS:
            return _compare_values(intent, organization)
        return outcome_finders.FINDERS[rule.settle](intent, organization)
    except errors.Refused as answer:
        if answer.code not in REFUSALS_OF_TARGET:
            raise
        gone = rule.leaves_tombstone and answer.code == "EntityNotFoundException"
        return (Outcome.APPLIED if gone else Outcome.UNDETERMINED), None


def _compare_values(intent: Entry, organization: Organization) -> outcome_finders.FoundOutcome:
    rule = CATALOGUE[intent.operation]
    if not rule.reads or rule.creates:
        return Outcome.UNDETERMINED, None
    now = outcome_finders.read_now(intent, organization)
    return _judge_values(rule, intent.body["params"], intent.body.get("before") or {}, now), now


def _judge_values(
    rule: Operation, params: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any]
) -> Outcome:
    """Compare the values now with those expected and those before."""
    was, found = (changed_fields.read_values(rule.name, shown, params) for shown in (before, now))
    if found and _are_alike(found, changed_fields.expected_values(rule.name, was, params)):
        return Outcome.APPLIED
    return Outcome.NOT_APPLIED if now == before else Outcome.UNDETERMINED


def _are_alike(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all((plain(found[name]) or None) == (plain(wanted.get(name)) or None) for name in found)
