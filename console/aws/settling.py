"""Writes whose outcome is not known are settled by looking, never by guessing or repeating.

A timeout or a killed process leaves an intent without an outcome. After a while the console reads
what the write would have changed and enters what it found: applied, not applied, or undetermined
where WorkMail has nothing to show (a password that was reset).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.aws import errors, finding, looking, model
from console.aws.catalogue import CATALOGUE, DESCRIBE, KINDS, Operation
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization

QUIET = timedelta(seconds=90)  # longer than any call can take
Outcome = Entry.Outcome
# Refusals that say something of what is looked for; any other says that we may not look now.
OF_THE_TARGET = frozenset(
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


def settle() -> int:
    """Settle every open intent that is old enough; returns how many."""
    return sum(settle_one(intent) for intent in journal.open_intents(timezone.now() - QUIET))


def settle_one(intent: Entry) -> bool:
    """Look and enter the answer; while AWS cannot be asked the intent stays open."""
    organization = Organization.objects.filter(organization_id=intent.organization).first()
    if organization is None or intent.operation not in CATALOGUE:
        journal.outcome(intent, Outcome.UNDETERMINED)
        return True
    try:
        outcome, shown = _find_out(intent, CATALOGUE[intent.operation], organization)
    except errors.CallFailed:
        return False
    journal.outcome(intent, outcome, after=shown)
    return True


def _find_out(intent: Entry, rule: Operation, organization: Organization) -> finding.Finding:
    try:
        return finding.FINDERS.get(rule.name, _compare)(intent, organization)
    except errors.Refused as answer:
        if answer.code not in OF_THE_TARGET:
            raise
        gone = rule.name in looking.DELETES and answer.code == "EntityNotFoundException"
        return (Outcome.APPLIED if gone else Outcome.UNDETERMINED), None


def _compare(intent: Entry, organization: Organization) -> finding.Finding:
    rule = CATALOGUE[intent.operation]
    if not rule.reads or rule.creates:
        return Outcome.UNDETERMINED, None
    now = finding.look(intent, organization)
    return _judge(rule, intent.body["params"], intent.body.get("before") or {}, now), now


def _judge(
    rule: Operation, params: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any]
) -> Outcome:
    """Does AWS show what was asked for; where that has no member of its own, did anything change?"""
    shown: Mapping[str, Any] = next(iter(now.values()), {})
    asked = {name: value for name, value in params.items() if _is_shown(rule, name)}
    if asked and all((shown.get(name) or None) == (value or None) for name, value in asked.items()):
        return Outcome.APPLIED
    if now == before:
        return Outcome.NOT_APPLIED
    return Outcome.UNDETERMINED if asked else Outcome.APPLIED


def _is_shown(rule: Operation, member: str) -> bool:
    """Whether the write's first read has a member of this name, other than the target itself."""
    reads = KINDS.values() if rule.reads[0].operation == DESCRIBE else [rule.reads[0].operation]
    return member != rule.target and any(member in model.output_members(read) for read in reads)
