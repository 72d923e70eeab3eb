"""How old an entry of the audit log becomes before an anchor covers it.

`python -m tests.benchmarks.anchors [MINUTES]` (20) runs a worker and a beat with the settings as they are
shipped, on an SQLite database of its own, appends an entry every two seconds and reads the anchors' file.
Exits with 1 if an entry waited for longer than five minutes.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests import environment  # noqa: F401 - sets what the settings are read from

BOUND = 300.0  # seconds
EVERY = 2.0
REDIS = "redis://127.0.0.1:6379"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def anchored(path: Path) -> int:
    """The number of the last entry that an anchor covers."""
    from console.ledger.chain import SignedHead

    lines = path.read_text().splitlines() if path.exists() else []
    return SignedHead.parse(lines[-1]).seq if lines else 0


def measure(path: Path, seconds: float) -> tuple[float, int]:
    """The longest wait of an entry for its anchor, and how many entries an anchor covers at the end."""
    from tests.ledger.support import intend

    appended: dict[int, float] = {}
    longest, covered, begun = 0.0, 0, time.monotonic()
    while time.monotonic() - begun < seconds:
        appended[intend().seq] = time.monotonic()
        covered = anchored(path)
        waiting = [at for seq, at in appended.items() if seq > covered]
        longest = max([longest, *(time.monotonic() - at for at in waiting)])
        time.sleep(EVERY)
    return longest, covered


def main(minutes: float) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "anchors"
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/log.sqlite3", "LEDGER_ANCHOR_FILE": str(path)}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
        import django

        django.setup()
        from django.core.management import call_command

        from tests.crash.processes import Processes, empty_broker

        call_command("migrate", verbosity=0)
        processes = Processes(folder, {"BROKER_URL": empty_broker(f"{REDIS}/0")})
        try:
            processes.start("worker", "celery", "-A", "console", "worker", "-P", "solo")
            processes.start("beat", "celery", "-A", "console", "beat", "--pidfile=")
            longest, covered = measure(path, 60 * minutes)
        finally:
            processes.end()
    say(f"R10 an entry waited at most {longest:.0f} s for its anchor; {covered} entries were anchored")
    return int(longest > BOUND)


if __name__ == "__main__":
    sys.exit(main(*[float(each) for each in sys.argv[1:]] or [20.0]))
