"""`python -m console.demo`: prepare, then run sandbox, web server, worker and beat until Ctrl-C."""

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TextIO

from console.demo import environment
from console.demo.announcement import announce_start, print_line
from console.demo.environment import DemoLayout, PortTaken, make_private_folder
from console.demo.processes import NEEDED_BY_OTHERS, process_commands
from console.demo.supervisor import die_with_parent, run_processes
from console.sandbox.state_file import open_lock


class NotPossible(Exception):
    """The demo cannot start; the message says in one line what to do."""


def main() -> int:
    begun = time.monotonic()
    os.chdir(environment.ROOT)
    try:
        place = environment.choose_layout(os.environ)
        make_private_folder(place.var)
        with lock_state(place.var):
            return run_demo(place, begun)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except (NotPossible, PortTaken) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def lock_state(var: Path) -> TextIO:
    """Return a lock on the state, held while the file is open."""
    try:
        file = open_lock(var / "demo.lock")
    except OSError as problem:
        raise NotPossible(f"{var}/demo.lock cannot be opened: {problem.strerror}") from problem
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise NotPossible(f"A demo already runs on {var}; choose another: make demo VAR_DIR=…") from problem
    return file


def run_demo(place: DemoLayout, begun: float) -> int:
    environ = environment.process_environment(place, os.environ)
    for folder in (place.redis, place.broker_socket.parent, *place.file_broker):
        make_private_folder(folder)
    print_line(f"Preparing {place.var}")
    operators = run_preparation(environ)
    ready = partial(announce_start, place, operators, begun)
    return run_processes(process_commands(place), environ, ready, last=NEEDED_BY_OTHERS)


def run_preparation(environ: Mapping[str, str]) -> str:
    """Prepare the demo in a process of its own; return the table of operators."""
    done = subprocess.run(
        [sys.executable, "-m", "console.demo.prepare"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),
    )
    if done.returncode:
        raise NotPossible(f"Preparing {environ['VAR_DIR']} failed, see above")
    return done.stdout


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")  # what honcho starts inherits what it is told to run
    sys.exit(main())
