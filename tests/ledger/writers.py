"""Child processes of the concurrency tests; they print what came of it."""

import mmap
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import django

# Where transactions begin and end; what only computes text is left out, and the suite stays short.
TRACED = ("ledger/journal.py",)
AWS = mmap.mmap(-1, 1)  # whether AWS was called, as the parent sees it after the child is dead


def append(count: str) -> Iterator[object]:
    from tests.ledger.support import intend

    for number in range(int(count)):
        yield intend(f"Grace {number}").seq


def threads(writers: str, each: str) -> Iterator[object]:
    from django.db import connections

    def work(_: int) -> list[object]:
        try:
            return list(append(each))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(int(writers)) as pool:
        for seqs in pool.map(work, range(int(writers))):
            yield from seqs


def killed(early: str = "") -> Iterator[object]:
    """How many lines there were to be killed at, then the first violation; `early` plants a fault."""
    points = seen = 0
    while died(points + 1, early):
        points += 1
        violation, seen = judged(seen)
        if violation:
            yield from (points, violation)
            return
    yield points


def died(line: int, early: str) -> bool:
    """Whether the child came to its `line`th line, and so to its end."""
    from django.db import connections

    connections.close_all()
    AWS[0] = 0
    child = os.fork()
    if not child:
        sys.settrace(killer(line))
        write(early)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)


def write(early: str) -> None:
    """An intent, a call to AWS, an outcome; or, the planted fault, the call first."""
    from console.ledger import journal
    from tests.ledger.support import intend

    AWS[0] = bool(early)
    intent = intend()
    AWS[0] = 1
    journal.record_outcome(intent, "done")


def killer(line: int) -> Callable[[FrameType, str, Any], Any]:
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(TRACED):
            return None
        left -= event == "line"
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def judged(seen: int) -> tuple[str, int]:
    """What is not as promised after a kill, "" if all is; and how many entries there are now."""
    from console.ledger.models import Entry
    from tests.ledger.support import ADA, verdict

    found = verdict()
    kinds = list(Entry.objects.filter(seq__gt=seen).order_by("seq").values_list("kind", flat=True))
    is_open = Entry.objects.filter(seq__gt=seen).open().exists()
    promises = {
        "the-chain-is-whole": found.ok,
        "entries-in-order": kinds in ([], ["intent"], ["intent", "outcome"]),
        "no-call-without-intent": bool(kinds) or not AWS[0],
        "open-until-its-outcome": is_open == (kinds == ["intent"]),
        "others-can-go-on": next_one(ADA) == found.count + 1,
    }
    return " ".join(name for name, kept in promises.items() if not kept), found.count + 1


def next_one(actor: Any) -> int:
    from console.ledger import journal

    return int(journal.record_entry(actor, "changed").seq)


if __name__ == "__main__":
    django.setup()
    actions: dict[str, Callable[..., Iterator[object]]] = {
        "append": append,
        "threads": threads,
        "killed": killed,
    }
    for told in actions[sys.argv[1]](*sys.argv[2:]):
        sys.stdout.write(f"{told}\n")
