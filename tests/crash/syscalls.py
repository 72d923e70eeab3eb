"""A child process that is killed at one system call, by strace; AWS and the database survive it."""

import ctypes
import os
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from tests.crash import lines, sweeps
from tests.crash.lines import Act, Aws, Fate
from tests.crash.stories import Story, Town

Point = tuple[str, int]  # the system call and its number among those of its name
# What changes or hears something outside the process.
CALLS = (
    "close",
    "connect",
    "fcntl",
    "fdatasync",
    "fsync",
    "ftruncate",
    "openat",
    "poll",
    "pread64",
    "pwrite64",
    "read",
    "recvfrom",
    "recvmsg",
    "sendmsg",
    "sendto",
    "socket",
    "unlink",
    "write",
    "writev",
)
LINE = re.compile(r"^(?:\d+\s+)?(\w+)\(")
PR_SET_PTRACER, ANY = 0x59616D61, ctypes.c_ulong(-1)


class Traced(Fate):
    """Waits until it is traced."""

    def begin(self) -> None:
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY, 0, 0, 0)
        self.end.send(os.getpid())
        self.end.recv()

    def trace(self, frame: FrameType, event: str, _: Any) -> None:
        return None


def count_calls(act: Act, aws: Aws) -> Counter[str]:
    """How often a child makes each of the system calls when nothing happens to it."""
    with tempfile.NamedTemporaryFile("r") as log:
        status = run(act, aws, ("-o", log.name, "-e", f"trace={','.join(CALLS)}"))
        assert status == 0
        names = [found[1] for line in Path(log.name).read_text().splitlines() if (found := LINE.match(line))]
    return Counter(names)


def killed_at(point: Point, act: Act, aws: Aws) -> bool:
    """Whether a child that does `act` got as far as this system call, and so to its end."""
    name, number = point
    inject = f"inject={name}:signal=SIGKILL:when={number}"
    status = run(act, aws, ("-o", os.devnull, "-e", f"trace={name}", "-e", inject))
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)


def run(act: Act, aws: Aws, options: Sequence[str]) -> int:
    """The wait status of a child that did `act` under strace."""
    tracers: list[subprocess.Popen[str]] = []

    def attach(pid: int) -> None:
        tracer = subprocess.Popen(
            ["strace", "-f", *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        )
        tracers.append(tracer)
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        assert "attached" in said, said

    status = lines.child(act, Traced, aws, attach)
    for tracer in tracers:
        tracer.communicate()
    return status


def sample(counts: Counter[str], wanted: int) -> list[Point]:
    """Points of all calls, evenly spread over them; all of them where `wanted` is 0."""
    points = [(name, number) for name in sorted(counts) for number in range(1, counts[name] + 1)]
    if not wanted or wanted >= len(points):
        return points
    return [points[index * len(points) // wanted] for index in range(wanted)]


def sweep(town: Town, begin: Callable[[Town, int], Story], wanted: int) -> tuple[sweeps.Tally, int]:
    """Kill a process of the story at `wanted` points; the tally, and how many points there are."""
    story = begin(town, -next(town.numbers))
    counts = count_calls(story.act, town.aws)
    assert [*story.others(), *story.wrongs()] == []
    total = sweeps.Tally()
    for number, point in enumerate(sample(counts, wanted), 1):

        def live(story: Story, _: int, point: Point = point) -> tuple[bool, list[str]]:
            died = killed_at(point, story.act, town.aws)
            return died, [*story.others()]

        one = sweeps.swept(town, begin, live, [number])
        total.points += one.points
        total.wrongs += [f"{point}: {wrong}" for wrong in one.wrongs]
    return total, sum(counts.values())
