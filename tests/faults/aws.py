"""A sandbox in a process of its own, which writes down each write that it is asked for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.crash.processes import ROOT, free_port, is_healthy
from tests.faults.servers import wait_until


class Sandbox:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.server", str(self.port), str(self.folder), "0"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ,
        )
        wait_until(lambda: is_healthy(self.endpoint), "the sandbox")

    def writes(self) -> list[str]:
        return (self.folder / "writes").read_text().split()

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
