"""Run the demo's processes with honcho, so that none outlives it."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from threading import Thread

from honcho.manager import KILL_WAIT, Manager
from honcho.process import Popen, Process

PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int, parent: int) -> None:
    """Ask Linux to send `signum` when the parent ends; elsewhere the children survive a killed supervisor."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


class Child(Process):  # type: ignore[misc]  # honcho has no types
    """A process that is asked to end when its supervisor has ended."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._supervisor = os.getpid()

    def run(self, *arguments: object) -> None:
        die_with_parent(signal.SIGKILL, self._supervisor)
        watcher = os.getpid()
        self._child_ctor = partial(Popen, preexec_fn=partial(die_with_parent, signal.SIGTERM, watcher))
        super().run(*arguments)


class Supervisor(Manager):  # type: ignore[misc]  # honcho has no types
    """A honcho manager that ends its processes in order; `last` are those that others need.

    A signal during the start waits until every process can be told, and only the processes themselves are:
    what they have started is theirs to end. Those that take too long are killed, with all they have started.
    """

    def __init__(self, once_started: Callable[[], None], last: Collection[str] = ()) -> None:
        super().__init__()
        self._process_ctor = Child
        self._once_started = once_started
        self._last = set(last)
        self._told: dict[str, float] = {}

    def run(self) -> int:
        """Run until a process ends or a signal comes; all processes have ended when this returns."""
        try:
            self.loop()
        finally:
            for process in self._processes.values():
                if "pid" in process:
                    self._procmgr.kill(process["pid"])  # the group, of which something may be left
        return int(self.returncode or 0)

    def terminate(self) -> None:
        self._terminating = True

    def _start(self) -> None:
        super()._start()
        Thread(target=self._once_started, daemon=True).start()

    def _all_started(self) -> bool:
        # honcho asks this on every turn of its loop, between messages: here it is known who runs.
        started = bool(super()._all_started())
        if started and self._terminating:
            self._tell()
        return started

    def _tell(self) -> None:
        running = self._running()
        for name in (running - self._last or running) - set(self._told):
            self._told[name] = time.monotonic()
            with suppress(ProcessLookupError):
                os.kill(self._processes[name]["pid"], signal.SIGTERM)

    def kill(self) -> None:
        # honcho counts the seconds from the first process that ended; each has its own here.
        late = time.monotonic() - KILL_WAIT
        for name in self._running():
            if self._told.get(name, late) < late:
                self._procmgr.kill(self._processes[name]["pid"])

    def _running(self) -> set[str]:
        return {name for name, process in self._processes.items() if "returncode" not in process}


def run_processes(
    commands: Mapping[str, str],
    environ: Mapping[str, str],
    once_started: Callable[[], None],
    last: Collection[str] = (),
) -> int:
    supervisor = Supervisor(once_started, last)
    for name, command in commands.items():
        supervisor.add_process(name, f"exec {command}", env=dict(environ))
    return supervisor.run()
