"""The verdict on one record, as pages show it and checks store it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from console.areas.domains.dns.lookup import DnsAnswer, LookupOutcome
from console.areas.domains.records import KIND_LABELS, DnsRecord, RecordKind


class RecordStatus(StrEnum):
    OK = "ok"
    MISSING = "missing"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


UNKNOWN_NOTES = {
    LookupOutcome.TIMEOUT: "DNS did not answer in time, so nothing is known; look again in a minute.",
    LookupOutcome.FAILED: "The name server could not say ({}). The domain's own name servers may be out of"
    " order, or its DNSSEC signatures wrong.",
    LookupOutcome.UNREACHABLE: "The console has no DNS to ask, so nothing is known about this record.",
}
NO_NAME = "DNS has no such name."
NO_DOMAIN = "DNS does not know the domain at all: it is not registered, has expired, or is not delegated."
NO_RECORD = "The name exists, without a record of this type."


@dataclass(frozen=True, slots=True)
class Verdict:
    """A comparison: `note` explains it, `advice` is a record to publish, `weak` marks a lenient policy."""

    kind: RecordKind
    type: str
    hostname: str
    expected: str
    status: RecordStatus
    found: tuple[str, ...] = ()
    note: str = ""
    advice: str = ""
    strength: str = ""
    weak: bool = False

    @property
    def label(self) -> str:
        return KIND_LABELS[self.kind]

    @property
    def is_ok(self) -> bool:
        return self.status is RecordStatus.OK

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        typed = {
            "kind": RecordKind(kept["kind"]),
            "status": RecordStatus(kept["status"]),
            "found": tuple(kept["found"]),
        }
        return cls(**{**kept, **typed})

    def with_status(self, status: RecordStatus, note: str = "", **changed: Any) -> Self:
        return replace(self, status=status, note=note, **changed)


def initial_verdict(record: DnsRecord, answer: DnsAnswer) -> Verdict:
    """Return the verdict by the answer alone: unknown, missing, or ok before its value is evaluated."""
    found = Verdict(
        record.kind, record.type, record.hostname, record.value, RecordStatus.OK, tuple(answer.values)
    )
    if answer.outcome in UNKNOWN_NOTES:
        return found.with_status(
            RecordStatus.UNKNOWN, UNKNOWN_NOTES[answer.outcome].format(answer.detail or "no reason given")
        )
    if answer.outcome is LookupOutcome.FOUND:
        return found
    if answer.outcome is LookupOutcome.NOTHING:
        return found.with_status(RecordStatus.MISSING, NO_RECORD)
    return found.with_status(
        RecordStatus.MISSING, NO_DOMAIN if record.kind in (RecordKind.MX, RecordKind.SPF) else NO_NAME
    )


def is_same_host(first: str, second: str) -> bool:
    return first.strip().rstrip(".").lower() == second.strip().rstrip(".").lower()


def join_names(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
