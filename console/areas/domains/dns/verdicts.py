"""What came of one record: the form in which it is shown and kept."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from console.areas.domains.dns.resolving import Answer, Outcome
from console.areas.domains.records import LABELS, Kind, Record


class Status(StrEnum):
    OK = "ok"
    MISSING = "missing"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


NOT_KNOWN = {
    Outcome.TIMEOUT: "DNS did not answer in time, so nothing is known; look again in a minute.",
    Outcome.FAILED: "The name server could not say ({}). The domain's own name servers may be out of order,"
    " or its DNSSEC signatures wrong.",
    Outcome.UNREACHABLE: "The console has no DNS to ask, so nothing is known about this record.",
}
NO_NAME = "DNS has no such name."
NO_DOMAIN = "DNS does not know the domain at all: it is not registered, has expired, or is not delegated."
NO_RECORD = "The name exists, without a record of this type."


@dataclass(frozen=True, slots=True)
class Verdict:
    """Found against expected. `note` says what it means, `advice` is a record to publish instead.

    `strength` is how strict a policy is that is there (DMARC's), `weak` that it could be stricter.
    """

    kind: Kind
    type: str
    hostname: str
    expected: str
    status: Status
    found: tuple[str, ...] = ()
    note: str = ""
    advice: str = ""
    strength: str = ""
    weak: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def is_ok(self) -> bool:
        return self.status is Status.OK

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """One that was kept."""
        typed = {"kind": Kind(kept["kind"]), "status": Status(kept["status"]), "found": tuple(kept["found"])}
        return cls(**{**kept, **typed})

    def but(self, status: Status, note: str = "", **changed: Any) -> Self:
        return replace(self, status=status, note=note, **changed)


def begin(record: Record, answer: Answer) -> Verdict:
    """The verdict as far as the answer alone gives it: not known, missing, or ok until somebody objects."""
    found = Verdict(record.kind, record.type, record.hostname, record.value, Status.OK, tuple(answer.values))
    if answer.outcome in NOT_KNOWN:
        return found.but(Status.UNKNOWN, NOT_KNOWN[answer.outcome].format(answer.detail or "no reason given"))
    if answer.outcome is Outcome.FOUND:
        return found
    if answer.outcome is Outcome.NOTHING:
        return found.but(Status.MISSING, NO_RECORD)
    return found.but(Status.MISSING, NO_DOMAIN if record.kind in (Kind.MX, Kind.SPF) else NO_NAME)


def same(first: str, second: str) -> bool:
    """Whether two names of hosts are one."""
    return first.strip().rstrip(".").lower() == second.strip().rstrip(".").lower()


def listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
