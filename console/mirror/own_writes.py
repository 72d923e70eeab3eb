"""The values set by the console's own writes. Any other value was set outside the console."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from console.aws import changed_fields
from console.aws.catalogue import CATALOGUE
from console.aws.catalogue.mailboxes import ADDRESS, ALIAS
from console.ledger.models import Entry
from console.mirror.models import Organization

logger = logging.getLogger(__name__)

Kind, Outcome = Entry.Kind, Entry.Outcome
FAILED_OUTCOMES = frozenset({Outcome.REFUSED, Outcome.NOT_APPLIED})
DONE_OUTCOMES = frozenset({Outcome.DONE, Outcome.APPLIED})
ADDRESS_LABEL = ADDRESS.label({"Alias": ""}).lower()


class Drift(NamedTuple):
    """A value that differs from the known one.

    `field` is what AWS calls it. Of a list that is one row, and `item` says which.
    """

    field: str
    name: str
    before: Any
    after: Any
    item: str = ""


@dataclass(frozen=True, slots=True)
class WrittenValues:
    """The values that a write set, or that were set outside (`operation` is "")."""

    operation: str
    values: Mapping[str, Any]
    before: Mapping[str, Any]
    is_done: bool
    ended_at: datetime | None

    @property
    def is_outside(self) -> bool:
        return not self.operation

    @property
    def leaves_tombstone(self) -> bool:
        return self.operation in CATALOGUE and CATALOGUE[self.operation].leaves_tombstone

    def is_cause(self, drift: Drift, asked_at: datetime) -> bool:
        """Return whether this write caused `drift`, or a read sent before its end still shows it."""
        if self.is_done and self.leaves_tombstone:
            return True
        if self.is_done and self.operation == "DeregisterFromWorkMail" and drift.item and not drift.after:
            return True  # what is disabled loses its addresses
        if self.is_outside or drift.name not in self.values:
            return False
        is_overtaken = self.ended_at is None or asked_at < self.ended_at
        return _is_same_value(drift, self.values[drift.name], drift.after) or (
            is_overtaken and _is_same_value(drift, self.before.get(drift.name), drift.after)
        )

    def is_known(self, drift: Drift) -> bool:
        """Return whether the mirror already had this value."""
        return drift.name in self.values and _is_same_value(drift, self.values[drift.name], drift.before)


class OwnWrites:
    """The values that writes set on some targets since a time, latest first."""

    def __init__(self, organization: Organization, targets: Iterable[str], since: datetime) -> None:
        entries = Entry.objects.filter(
            organization=organization.organization_id,
            target__in=list(targets),
            at__gte=since,
            kind__in=(Kind.INTENT, Kind.OBSERVED),
        )
        self._settings = list(_find_written_values(list(entries.order_by("-seq"))))

    def explain(self, drift: Drift, asked_at: datetime) -> bool:
        """Return whether one of them explains what a read at that time showed."""
        for setting in self._settings:
            if setting.is_cause(drift, asked_at):
                return True
            if setting.is_known(drift):
                return False
        return False


def _find_written_values(entries: list[Entry]) -> Iterator[WrittenValues]:
    ends: dict[Any, Entry] = {}
    outcomes = Entry.objects.filter(call__in=[each.call for each in entries], kind=Kind.OUTCOME)
    for each in outcomes.exclude(outcome=Outcome.UNKNOWN).order_by("seq"):
        ends[each.call] = each
    for entry in entries:
        end = ends.get(entry.call)
        if entry.kind == Kind.OBSERVED:
            values = entry.body.get("values") or entry.body.get("after") or {}
            yield WrittenValues("", values, {}, is_done=True, ended_at=entry.at)
        elif entry.operation in CATALOGUE and not (end and end.outcome in FAILED_OUTCOMES):
            try:
                yield _values_of_intent(entry, end)
            except KeyError:  # an entry that lacks a member explains nothing, and must not stop a read
                logger.warning("entry %s does not say what it set", entry.seq)


def _values_of_intent(intent: Entry, end: Entry | None) -> WrittenValues:
    operation, params = intent.operation, intent.body.get("params") or {}
    before = changed_fields.read_values(operation, intent.body.get("before") or {}, params)
    values = changed_fields.expected_values(operation, before, params)
    if operation == "UpdatePrimaryEmailAddress" and before.get("Email"):
        values |= {ADDRESS.label({"Alias": before["Email"]}): ALIAS}
    is_done = end is not None and end.outcome in DONE_OUTCOMES
    return WrittenValues(
        operation,
        _use_drift_names(operation, values),
        _use_drift_names(operation, before),
        is_done,
        end.at if end else None,
    )


def _use_drift_names(operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the values to those of drifts: the reads' names, and addresses in lower case."""
    read_as = CATALOGUE[operation].read_as
    return {
        name.lower() if name.lower().startswith(ADDRESS_LABEL) else read_as.get(name, name): value
        for name, value in values.items()
    }


def _is_same_value(drift: Drift, one: Any, other: Any) -> bool:
    if drift.name == "Email":
        one, other = str(one or "").lower(), str(other or "").lower()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {name: each for name, each in one.items() if each} == {
            name: each for name, each in other.items() if each
        }
    if drift.item and not isinstance(drift.after or drift.before, list):
        return bool(one) == bool(other)  # there or not
    return (one or None) == (other or None)
