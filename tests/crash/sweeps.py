"""One story told again and again, each time with its process ended, or held up, one line later."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from django.db import connection

from tests.crash import lines
from tests.crash.stories import Story, Town
from tests.ledger.support import verdict

Begin = Callable[[Town, int], Story]
Live = Callable[[Story, int], tuple[bool, list[str]]]
# ALL_LINES=1 ends or holds up the process at every line instead of a sample; `make crash` does.
EVERY = 1 if os.environ.get("ALL_LINES") else 5
TIMEOUT = 7200 if EVERY == 1 else 240


@dataclass
class Tally:
    """At how many lines it happened, and what was wrong after which."""

    points: int = 0
    wrongs: list[str] = field(default_factory=list)


def killed(town: Town, begin: Begin, at: Iterable[int] | None = None) -> Tally:
    """`kill -9` at the first line, at the second, … until the process comes to its own end."""

    def live(story: Story, line: int) -> tuple[bool, list[str]]:
        died = lines.killed_at(line, story.act, town.aws)
        return died, [*story.others()]

    tally = swept(town, begin, live, at)
    name = getattr(begin, "__name__", "")
    print(f"\nR1 {connection.vendor}, {name}: {len(tally.wrongs)} wrong after {tally.points} kills")  # noqa: T201
    return tally


def held_up(town: Town, begin: Begin, at: Iterable[int] | None = None) -> Tally:
    """The process stops at a line while others take over and finish; then it wakes, and goes on."""

    def live(story: Story, line: int) -> tuple[bool, list[str]]:
        found: list[str] = []
        waited = lines.held_at(line, story.act, town.aws, lambda: found.extend(story.others()))
        return waited, found if waited else [*story.others()]

    return swept(town, begin, live, at)


def each_once(town: Town, begin: Begin, *, but: Iterable[Begin] = ()) -> list[int]:
    """Where the story comes to a line for the first time, without those lines that other stories come to."""
    known = {site for other in but for site in sites(town, other)}
    first = {site: number for number, site in reversed([*enumerate(sites(town, begin), 1)])}
    return sorted(number for site, number in first.items() if site not in known)


def sites(town: Town, begin: Begin) -> list[lines.Site]:
    """The lines of a story that comes to its end, in their order."""
    story = begin(town, -next(town.numbers))
    reached = lines.reached(story.act, town.aws)
    assert [*story.others(), *story.wrongs()] == []
    return reached


def swept(town: Town, begin: Begin, live: Live, at: Iterable[int] | None) -> Tally:
    """Story after story, until something is wrong: one finding is enough."""
    tally = Tally()
    for line in at or count(1):
        town.forget_jobs()
        story = begin(town, line)
        goes_on, on_the_way = live(story, line)
        tally.points += goes_on
        found = [*on_the_way, *story.wrongs(), *dishonest(town, story)]
        tally.wrongs += [f"line {line}: {wrong}" for wrong in found]
        if not goes_on or tally.wrongs:
            break
    tally.wrongs += [] if verdict().ok else ["the chain is broken"]
    return tally


def dishonest(town: Town, story: Story) -> Iterator[str]:
    """What holds of every story: no call without its intent, and no intent that stays open."""
    if story.person.entity_id in town.aws.unannounced:
        yield "AWS was called before the ledger had the intent"
    if town.entries(story.person).open().exists():
        yield "an intent is not settled"
