"""`python -m console.demo`: prepare, then run sandbox, web server, worker and beat until Ctrl-C."""

import fcntl
import multiprocessing
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from shlex import join
from typing import TextIO

from console.demo import environment
from console.demo.announcement import announce, say
from console.demo.environment import Place, PortTaken, broker_program, private_folder
from console.demo.supervisor import supervise

WORKER = "--pool prefork -c 2 --without-gossip --without-mingle -l WARNING"


class NotPossible(Exception):
    """The demo cannot start; the message says in one line what to do."""


def main() -> int:
    begun = time.monotonic()
    os.chdir(environment.ROOT)
    try:
        place = environment.place(os.environ)
        private_folder(place.var)
        with claimed(place.var):
            return run(place, begun)
    except (NotPossible, PortTaken) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def claimed(var: Path) -> TextIO:
    """A lock on the state, held while the file is open: two demos on one database lose their sandbox's."""
    file = (var / "demo.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise NotPossible(f"A demo already runs on {var}; choose another: make demo VAR_DIR=…") from problem
    return file


def run(place: Place, begun: float) -> int:
    environ = environment.variables(place, os.environ)
    for folder in (
        place.redis,
        place.broker_socket.parent,
        place.var / "broker",
        place.var / "broker-control",
    ):
        private_folder(folder)
    say(f"Preparing {place.var}")
    operators = prepared(environ)
    return supervise(commands(place), environ, partial(announce, place, operators, begun))


def prepared(environ: dict[str, str]) -> str:
    """Everything that comes before the first request; the answer is the table of operators."""
    command = [sys.executable, "-m", "console.demo.prepare"]
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, env=environ, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise NotPossible(f"Preparing {environ['VAR_DIR']} failed, see above")
    return done.stdout


def commands(place: Place) -> dict[str, str]:
    """The processes by name; the slowest to start comes first."""
    return {
        **broker(place),
        "sandbox": python(
            "console.sandbox", "--port", str(place.sandbox_port), "--state", str(place.var / "sandbox")
        )
        + " --seed demo",
        "web": python("gunicorn", "console.wsgi", "--bind", f"127.0.0.1:{place.port}")
        + " --no-control-socket -k gthread -w 2 --threads 4 --log-level warning",
        "worker": f"{python('celery', '-q', '-A', 'console', 'worker')} {WORKER}",
        "beat": f"{python('celery', '-q', '-A', 'console', 'beat')} -l WARNING --pidfile=",
    }


def python(*arguments: str) -> str:
    return join([sys.executable, "-m", *arguments])


def broker(place: Place) -> dict[str, str]:
    program = broker_program()
    if not program:
        return {}
    log = ("--logfile", str(place.redis / "redis.log"))
    paths = ("--dir", str(place.redis), "--unixsocket", str(place.broker_socket), *log)
    # It keeps hints: a row in the database is the job, so the newest second may be lost.
    options = "--port 0 --unixsocketperm 600 --appendonly yes --maxmemory-policy noeviction"
    return {"redis": f"{join([program, *paths])} {options} --save ''"}


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")  # honcho's children inherit what they are told to run
    sys.exit(main())
