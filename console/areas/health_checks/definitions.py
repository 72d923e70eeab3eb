"""Data classes of a check, its result and its fix."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.models import Tone
from console.changes.steps import PlannedStep
from console.gateway.gateway import ReadRequest
from console.mirror.models import Organization

EVIDENCE_SHOWN = 20  # lines of evidence; the list that they come from has all
MAX_STEPS = 500  # steps of one plan: what is left is found by the next check


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of evidence and the page that shows it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check: a sentence, the count of problems, and the first of them as evidence."""

    tone: Tone
    said: str
    evidence: tuple[Evidence, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Fix:
    """A fix that the console can plan; `operations` are all that its steps may perform."""

    verb: str
    operations: tuple[str, ...]
    steps: Callable[[CheckData], Sequence[PlannedStep]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page without arguments and the operation that it performs."""

    url_name: str
    verb: str
    operation: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A health check: `asks` lists its AWS reads, `reads` the sync stages it needs."""

    id: str
    title: str
    why: str
    look: Callable[[CheckData], CheckResult]
    asks: Callable[[Organization], Sequence[ReadRequest]] = lambda _: ()
    mend: Fix | None = None
    form: PageLink | None = None
    listing: PageLink | None = None
    reads: tuple[str, ...] = ()


def fixed_reads(*operations: str) -> Callable[[Organization], Sequence[ReadRequest]]:
    """Return `asks` of a check whose reads are the same for every organization."""
    asked = tuple(map(ReadRequest, operations))
    return lambda _: asked


def passed(said: str, evidence: Iterable[Evidence] = ()) -> CheckResult:
    return CheckResult(Tone.GOOD, said, tuple(evidence)[:EVIDENCE_SHOWN])


def failed(
    said: str, evidence: Iterable[Evidence] = (), count: int = 1, tone: Tone = Tone.BAD
) -> CheckResult:
    return CheckResult(tone, said, tuple(evidence)[:EVIDENCE_SHOWN], count)


def not_known(said: str) -> CheckResult:
    return CheckResult(Tone.UNKNOWN, said)
