"""honcho runs the demo's processes; this adds that none of them outlives it, however it ends."""

import ctypes
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from threading import Thread

from honcho.manager import Manager
from honcho.process import Popen, Process

PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int) -> None:
    """Linux only: elsewhere, a supervisor that is killed outright leaves its children."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)


class Child(Process):  # type: ignore[misc]  # honcho has no types
    """A process that is asked to end when the one that watches it has ended."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._child_ctor = partial(Popen, preexec_fn=partial(die_with_parent, signal.SIGTERM))

    def run(self, *arguments: object) -> None:
        die_with_parent(signal.SIGKILL)
        super().run(*arguments)


class Supervisor(Manager):  # type: ignore[misc]  # honcho has no types
    """honcho's manager; a signal during the start waits until every process can be told."""

    def __init__(self, once_started: Callable[[], None]) -> None:
        super().__init__()
        self._process_ctor = Child
        self._once_started = once_started
        self._ending = False

    def run(self) -> int:
        """Run until a process ends or a signal comes; every process has ended when this returns."""
        try:
            self.loop()
        finally:
            self.kill()
        return int(self.returncode or 0)

    def terminate(self) -> None:
        self._ending = True

    def _start(self) -> None:
        super()._start()
        Thread(target=self._once_started, daemon=True).start()

    def _all_started(self) -> bool:
        # honcho asks this on every turn of its loop. Its own terminate() knows no process
        # whose start it has not heard of, so a signal that comes early would leave them all.
        started = bool(super()._all_started())
        if started and self._ending:
            super().terminate()
        return started


def supervise(
    commands: Mapping[str, str], environ: Mapping[str, str], once_started: Callable[[], None]
) -> int:
    supervisor = Supervisor(once_started)
    for name, command in commands.items():
        supervisor.add_process(name, f"exec {command}", env=dict(environ))
    return supervisor.run()
