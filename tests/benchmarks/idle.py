"""How much of one core the demo takes while nothing happens: web server, worker, beat, broker and sandbox.

`python -m tests.benchmarks.idle [SECONDS]` (60) starts a demo of its own, lets its first sync end, and prints
the processor time of each process in percent of one core.
"""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.crash.processes import ROOT, free_port
from tests.faults.servers import descendants, wait_until

COMMAND = (sys.executable, "-m", "console.demo")
SETTLING = 1800.0  # seconds that the first sync may take
QUIET = 30.0  # seconds after it
NAMES = {
    "gunicorn": "web",
    " beat": "beat",
    " worker": "worker",
    "redis-server": "broker",
    "sandbox": "sandbox",
}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def spent(pid: int) -> float:
    """Seconds of the processor, those of ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def name_of(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return next((name for part, name in NAMES.items() if part in command), "supervisor")


def measure(pid: int, seconds: float) -> dict[str, float]:
    """Percent of one core by kind of process."""
    before = {each: spent(each) for each in descendants(pid)}
    time.sleep(seconds)
    shares: dict[str, float] = {}
    for each, earlier in before.items():
        if Path(f"/proc/{each}").exists():
            name = name_of(each)
            shares[name] = shares.get(name, 0.0) + 100 * (spent(each) - earlier) / seconds
    return shares


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environ = {**os.environ, "VAR_DIR": folder, "PORT": str(port)}
        log = (Path(folder) / "demo.log").open("wb")
        demo = subprocess.Popen(COMMAND, cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            wait_until(lambda: is_up(port), "the demo", 300)
            wait_until(lambda: is_synced(Path(folder) / "console.sqlite3"), "the first sync", SETTLING)
            time.sleep(QUIET)
            shares = measure(demo.pid, seconds)
        finally:
            demo.terminate()
            demo.wait(60)
    for name, share in sorted(shares.items()):
        say(f"{name:12}{share:6.2f} %")
    counted = sum(share for name, share in shares.items() if name != "sandbox")
    say(f"R14 {counted:.2f} % of one core, {sum(shares.values()):.2f} % with the sandbox, {seconds:.0f} s")


def is_synced(path: Path) -> bool:
    """Whether every stage of every organization was read to its end, so that the workers are at rest."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT o.detailed_at, count(s.id) FROM mirror_organization o"
            " LEFT JOIN mirror_sync s ON s.organization_id = o.id AND s.finished_at IS NULL GROUP BY o.id"
        ).fetchall()
    return bool(rows) and all(detailed_at and not unfinished for detailed_at, unfinished in rows)


def is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
