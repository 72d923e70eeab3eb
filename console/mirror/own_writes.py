"""The values that the console's own writes set. Any other value was set outside the console."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from console.aws import changed_fields
from console.aws.catalogue import CATALOGUE, DELETES
from console.ledger.models import Entry
from console.mirror.models import Organization

logger = logging.getLogger(__name__)

Kind, Outcome = Entry.Kind, Entry.Outcome
NOT_DONE = frozenset({Outcome.REFUSED, Outcome.NOT_APPLIED})
DONE = frozenset({Outcome.DONE, Outcome.APPLIED})
ADDRESS = changed_fields.ADDRESS.label({"Alias": ""}).lower()


class Drift(NamedTuple):
    """A value that differs from the known one; `name` is what a write's facet calls it.

    `field` is what AWS calls it. Of a list that is one row, and `item` says which.
    """

    field: str
    name: str
    before: Any
    after: Any
    item: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """The values that one write set, or that were noticed as set outside (`operation` is "" then)."""

    operation: str
    values: Mapping[str, Any]
    before: Mapping[str, Any]
    is_done: bool
    ended_at: datetime | None

    @property
    def is_outside(self) -> bool:
        return not self.operation

    def is_cause(self, drift: Drift, asked_at: datetime) -> bool:
        """Return whether this write brought `drift`, or a read sent before its end still shows it."""
        if self.is_done and self.operation in DELETES:
            return True
        if self.is_done and self.operation == "DeregisterFromWorkMail" and drift.item and not drift.after:
            return True  # what is disabled loses its addresses
        if self.is_outside or drift.name not in self.values:
            return False
        is_overtaken = self.ended_at is None or asked_at < self.ended_at
        return _is_same(drift, self.values[drift.name], drift.after) or (
            is_overtaken and _is_same(drift, self.before.get(drift.name), drift.after)
        )

    def is_known(self, drift: Drift) -> bool:
        """Return whether the mirror had this value, so that no earlier write explains another one."""
        return drift.name in self.values and _is_same(drift, self.values[drift.name], drift.before)


class OwnWrites:
    """The settings of some targets since a moment, the latest first."""

    def __init__(self, organization: Organization, targets: Iterable[str], since: datetime) -> None:
        entries = Entry.objects.filter(
            organization=organization.organization_id,
            target__in=list(targets),
            at__gte=since,
            kind__in=(Kind.INTENT, Kind.OBSERVED),
        )
        self._settings = list(_settings(list(entries.order_by("-seq"))))

    def explain(self, drift: Drift, asked_at: datetime) -> bool:
        """Return whether one of them is the cause of what a read showed that was asked at that time."""
        for setting in self._settings:
            if setting.is_cause(drift, asked_at):
                return True
            if setting.is_known(drift):
                return False
        return False


def _settings(entries: list[Entry]) -> Iterator[Setting]:
    ends: dict[Any, Entry] = {}
    outcomes = Entry.objects.filter(call__in=[each.call for each in entries], kind=Kind.OUTCOME)
    for each in outcomes.exclude(outcome=Outcome.UNKNOWN).order_by("seq"):
        ends[each.call] = each
    for entry in entries:
        end = ends.get(entry.call)
        if entry.kind == Kind.OBSERVED:
            values = entry.body.get("values") or entry.body.get("after") or {}
            yield Setting("", values, {}, is_done=True, ended_at=entry.at)
        elif entry.operation in CATALOGUE and not (end and end.outcome in NOT_DONE):
            try:
                yield _setting(entry, end)
            except KeyError:  # an entry that lacks a member explains nothing, and must not stop a read
                logger.warning("entry %s does not say what it set", entry.seq)


def _setting(intent: Entry, end: Entry | None) -> Setting:
    operation, params = intent.operation, intent.body.get("params") or {}
    before = changed_fields.now(operation, intent.body.get("before") or {}, params)
    values = changed_fields.then(operation, before, params)
    if operation == "UpdatePrimaryEmailAddress" and before.get("Email"):
        values |= {changed_fields.ADDRESS.label({"Alias": before["Email"]}): changed_fields.ALIAS}
    is_done = end is not None and end.outcome in DONE
    return Setting(
        operation, _named(operation, values), _named(operation, before), is_done, end.at if end else None
    )


def _named(operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the names that drifts have: those of the reads, and addresses in lower case."""
    read_as = changed_fields.READ_AS.get(operation, {})
    return {
        name.lower() if name.lower().startswith(ADDRESS) else read_as.get(name, name): value
        for name, value in values.items()
    }


def _is_same(drift: Drift, one: Any, other: Any) -> bool:
    if drift.name == "Email":
        one, other = str(one or "").lower(), str(other or "").lower()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {name: each for name, each in one.items() if each} == {
            name: each for name, each in other.items() if each
        }
    if drift.item and not isinstance(drift.after or drift.before, list):
        return bool(one) == bool(other)  # there or not
    return (one or None) == (other or None)
