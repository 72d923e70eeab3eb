"""What an organization of 100,000 people costs the sandbox: time to seed and to start, memory, pages.

`python -m tests.benchmarks.sandbox [PEOPLE]` starts sandboxes in a folder of its own, and removes it.
"""

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from console.sandbox import seeds

PAGES = 1_000
MEBIBYTE = 1024


class Running:
    """A sandbox in a process of its own, and how long it took until it was ready."""

    def __init__(self, state: Path, people: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        options = ["--port", str(self.port), "--state", str(state), "--seed", "demo", "--people", str(people)]
        begun = time.perf_counter()
        command = [sys.executable, "-m", "console.sandbox", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith(b"WorkMail sandbox on")
        self.seconds = time.perf_counter() - begun

    def memory(self, of: str = "VmRSS") -> float:
        """In MiB: as it is, or the most that it was ("VmHWM"); Linux alone tells."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{of}:\s+(\d+) kB", status)
        return int(found[1]) / MEBIBYTE if found else float("nan")

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def running(state: Path, people: int) -> Iterator[Running]:
    sandbox = Running(state, people)
    try:
        yield sandbox
    finally:
        sandbox.process.kill()
        sandbox.process.wait()


def pages(port: int) -> tuple[list[float], int]:
    """The seconds of each ListUsers page through boto3, beginning anew at the end, and who was listed."""
    session: Any = boto3.Session("test", "test", region_name="us-east-1")
    workmail = session.client("workmail", endpoint_url=f"http://127.0.0.1:{port}")
    seconds: list[float] = []
    seen = 0
    token: dict[str, str] = {}
    while len(seconds) < PAGES:
        begun = time.perf_counter()
        page = workmail.list_users(OrganizationId=seeds.NORTHWIND_ID, **token)
        seconds.append(time.perf_counter() - begun)
        seen += len(page["Users"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    return seconds, seen


def average(seconds: list[float]) -> float:
    """In milliseconds, of the faster half: the other half waited for something else."""
    fast = sorted(seconds)[: len(seconds) // 2]
    return 1000 * sum(fast) / len(fast)


def report(people: int, state: Path) -> None:
    with running(state, people) as seeded:
        say(f"seed of {people:,}", f"{seeded.seconds:.1f} s", f"{seeded.memory('VmHWM'):.0f} MiB at most")
    with running(state, people) as started:
        say("start from its state", f"{started.seconds:.1f} s", f"{started.memory():.0f} MiB")
        begun = started.processor()
        seconds, seen = pages(started.port)
        busy = started.processor() - begun
        most = f"{started.memory('VmHWM'):.0f} MiB at most"
    say(f"{PAGES:,} pages", f"{sum(seconds):.1f} s", f"{seen:,} people, server {busy:.1f} s, {most}")
    first, last = average(seconds[:50]), average(seconds[-50:])
    say("page 1 to 50", f"{first:.1f} ms", f"the last 50: {last:.1f} ms")


def say(what: str, measured: str, besides: str) -> None:
    sys.stdout.write(f"{what:<22}{measured:>10}   {besides}\n")
    sys.stdout.flush()


def main(people: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report(people, Path(folder))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
