"""What a check is made of, and what it says: plain data, before any of it is kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from console.areas.posture.facts import Facts
from console.areas.posture.models import Tone
from console.changes.steps import PlannedStep
from console.gateway.gateway import ReadRequest
from console.mirror.models import Organization

SHOWN = 20  # lines of evidence; the list that they come from has all
MOST = 500  # steps of one plan: what is left is found by the next check


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of evidence, and the page that shows it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """`said` is a whole sentence; `count` is of what is wrong, of which `evidence` shows the first."""

    tone: Tone
    said: str
    evidence: tuple[Line, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Mend:
    """A plan that the console can make by itself: `operations` are all that its steps may perform."""

    verb: str
    operations: tuple[str, ...]
    steps: Callable[[Facts], Sequence[PlannedStep]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Where somebody mends it by hand: a page without arguments of its own, and what it performs."""

    url_name: str
    verb: str
    operation: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table. `asks` are the reads that all checks make together before `look` sees them;
    `listing` is the page with all of what `look` shows the first of. `reads` are the stages of the sync
    that have to be finished, since `look` counts what they read.
    """

    id: str
    title: str
    why: str
    look: Callable[[Facts], Result]
    asks: Callable[[Organization], Sequence[ReadRequest]] = lambda _: ()
    mend: Mend | None = None
    form: Form | None = None
    listing: Form | None = None
    reads: tuple[str, ...] = ()


def asking(*operations: str) -> Callable[[Organization], Sequence[ReadRequest]]:
    """The same reads for every organization."""
    asked = tuple(map(ReadRequest, operations))
    return lambda _: asked


def good(said: str, evidence: Iterable[Line] = ()) -> Result:
    return Result(Tone.GOOD, said, tuple(evidence)[:SHOWN])


def wrong(said: str, evidence: Iterable[Line] = (), count: int = 1, tone: Tone = Tone.BAD) -> Result:
    return Result(tone, said, tuple(evidence)[:SHOWN], count)


def unknown(said: str) -> Result:
    return Result(Tone.UNKNOWN, said)
