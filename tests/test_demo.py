"""`make demo`: it starts from nothing, keeps its state, and leaves no process behind however it ends."""

import http.client
import json
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from console.demo import environment
from console.demo.environment import DemoLayout, PortTaken

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 90.0


def eventually(condition: Callable[[], object]) -> bool:
    """Whether it comes true; how long that takes is not judged."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def living(mark: Path) -> dict[int, str]:
    """The processes, and their command lines, in whose environment the path of `mark` stands."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"={mark}\0".encode() in (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder for the state; whatever still runs on it afterwards is ended."""
    folder = tmp_path / "var"
    yield folder
    for pid in living(folder):
        os.kill(pid, signal.SIGKILL)


Run = Callable[..., subprocess.Popen[str]]

SUPERVISE = """
import json, os, sys
from console.demo.supervisor import run_processes
commands, last = json.loads(sys.argv[1])
sys.exit(run_processes(commands, os.environ, lambda: print("all started", flush=True), last))
"""
# Writes its name down when it is asked to end, after a while.
MEMBER = "trap 'sleep $2; echo $1 >> $3; exit' TERM; echo up >> $3; while :; do sleep 0.05; done"


class TestSupervising:
    """honcho with what was added to it, over processes that do nothing."""

    SLEEPERS = {"one": "sleep 600", "two": "sleep 601", "three": "sh -c 'sleep 602 & sleep 603'"}

    @pytest.fixture
    def run(self, var: Path) -> Iterator[Run]:
        started: list[subprocess.Popen[str]] = []

        def start(commands: dict[str, str], last: Sequence[str] = ()) -> subprocess.Popen[str]:
            arguments = [sys.executable, "-c", SUPERVISE, json.dumps([commands, last])]
            environ = {**os.environ, "VAR_DIR": str(var), "PYTHONUNBUFFERED": "1"}
            process = subprocess.Popen(arguments, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
            started.append(process)
            return process

        yield start
        for process in started:
            process.kill()
            process.wait()

    def sleeping(self, var: Path, count: int) -> bool:
        return eventually(lambda: sum("sleep 60" in line for line in living(var).values()) >= count)

    @pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_every_process(self, run: Run, var: Path, signum: signal.Signals) -> None:
        process = run(self.SLEEPERS)
        assert self.sleeping(var, 4)
        process.send_signal(signum)
        process.communicate()
        assert process.returncode == 128 + signum
        assert living(var) == {}

    def test_a_signal_during_the_start_ends_every_process(self, run: Run, var: Path) -> None:
        process = run(self.SLEEPERS)
        assert process.stdout
        assert eventually(lambda: "all started" in str(process.stdout and process.stdout.readline()))
        process.terminate()
        process.communicate()
        assert living(var) == {}

    def test_what_others_need_ends_last(self, run: Run, tmp_path: Path) -> None:
        log = tmp_path / "log"
        needed = shlex.join(["sh", "-c", MEMBER, "sh", "needed", "0", str(log)])
        needing = shlex.join(["sh", "-c", MEMBER, "sh", "needing", "0.5", str(log)])
        process = run({"needed": needed, "needing": needing}, ["needed"])
        assert eventually(lambda: log.exists() and log.read_text().count("up") == 2)
        process.terminate()
        process.communicate()
        assert log.read_text().split() == ["up", "up", "needing", "needed"]

    def test_when_one_process_ends_all_do(self, run: Run, var: Path) -> None:
        process = run({"one": "sleep 600", "failing": "sh -c 'exit 3'"})
        process.communicate()
        assert process.returncode == 3
        assert living(var) == {}

    @pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's PR_SET_PDEATHSIG")
    def test_a_supervisor_that_is_killed_leaves_nobody(self, run: Run, var: Path) -> None:
        process = run({"one": "sleep 600", "two": "sleep 601"})
        assert self.sleeping(var, 2)
        process.kill()
        assert eventually(lambda: not living(var))


class TestEnvironment:
    def place(self, var: Path) -> DemoLayout:
        environment.make_private_folder(var)
        return DemoLayout(var, 8000, 8001)

    def test_secrets_are_made_once_and_are_nobody_elses_to_read(self, var: Path) -> None:
        place = self.place(var)
        first = environment.process_environment(place, {})
        again = environment.process_environment(place, {})
        assert first["SECRET_KEY"] == again["SECRET_KEY"]
        assert first["LEDGER_KEYS"] == again["LEDGER_KEYS"]
        assert stat.S_IMODE((var / "secrets.env").stat().st_mode) == 0o600
        assert stat.S_IMODE(var.stat().st_mode) == 0o700

    def test_two_folders_have_different_secrets(self, tmp_path: Path) -> None:
        one, other = (
            environment.process_environment(self.place(tmp_path / name), {}) for name in ("one", "other")
        )
        assert one["SECRET_KEY"] != other["SECRET_KEY"]
        assert one["LEDGER_KEYS"] != other["LEDGER_KEYS"]

    def test_no_other_deployment_and_no_aws_account_is_touched(self, var: Path) -> None:
        given = {
            "DATABASE_URL": "postgres://production/console",
            "DATABASE_URL_FILE": "/run/secrets/database_url",
            "SECRET_KEY_FILE": "/run/secrets/secret_key",
            "SOME_SETTING_TO_COME": "production's",
            "REDIS_URL": "redis://production",
            "AWS_PROFILE": "production",
            "AWS_SESSION_TOKEN": "x",
            "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
            "SECRET_KEY": "production's",
        }
        found = environment.process_environment(self.place(var), given)
        assert set(given) & set(found) == {"SECRET_KEY"}
        assert found["SECRET_KEY"] != "production's"
        assert found["AWS_ACCESS_KEY_ID"] == found["AWS_SECRET_ACCESS_KEY"] == "sandbox"
        assert found["WORKMAIL_ENDPOINT_URL"] == "http://127.0.0.1:8001"

    def test_a_port_that_is_taken_is_named(self, var: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(PortTaken, match=str(port)):
                environment.choose_layout({"VAR_DIR": str(var), "PORT": str(port)})

    def test_a_command_without_a_demo_says_how_to_start_one(self, var: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "console.demo.manage", "check"],
            env={**os.environ, "VAR_DIR": str(var)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "make demo" in done.stderr

    def test_a_command_gets_the_state_of_the_demo(self, var: Path) -> None:
        environment.process_environment(self.place(var), {})
        done = subprocess.run(
            [sys.executable, "-m", "console.demo.manage", "diffsettings"],
            env={**os.environ, "VAR_DIR": str(var), "PORT": "9000", "DATABASE_URL": "postgres://production"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "http://127.0.0.1:9001" in done.stdout
        assert str(var) in done.stdout
        assert "production" not in done.stdout

    def test_the_brokers_socket_has_a_path_that_a_socket_can_have(self, tmp_path: Path) -> None:
        deep = DemoLayout(tmp_path / ("d" * 120), 8000, 8001)
        assert len(str(deep.broker_socket)) < 107


class Demo:
    """A demo in a folder of its own, started as `make demo` starts it."""

    def __init__(self, var: Path, **environ: str) -> None:
        self.var = var
        self.port = free_port()
        given = {**os.environ, **environ, "VAR_DIR": str(var), "PORT": str(self.port)}
        command = [sys.executable, "-m", "console.demo"]
        self.log = (var.parent / f"log-{self.port}").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=given, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def printed(self) -> str:
        return Path(self.log.name).read_text()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.printed()
        return "Ctrl-C ends it" in self.printed()

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status

    def encodings(self) -> set[str]:
        """How the style sheets and scripts of the sign-in page come to a browser."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/accounts/login/")
        page = connection.getresponse().read().decode()
        found = set()
        for path in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            found.add(answer.headers.get("Content-Encoding", ""))
        return found

    def end(self, signum: signal.Signals) -> None:
        self.process.send_signal(signum)
        self.process.wait(PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestDemo:
    def test_it_runs_ends_and_runs_again_on_the_same_state(self, var: Path) -> None:
        first = Demo(var)
        assert eventually(first.is_ready), first.printed()
        assert first.status("/healthz") == 200
        assert first.status("/accounts/login/") == 200
        assert first.encodings() == {"gzip"}
        running = " ".join(living(var).values())
        assert all(name in running for name in ("console.sandbox", "gunicorn", "worker", "beat"))
        keys = (var / "secrets.env").read_text()
        first.end(signal.SIGTERM)
        assert living(var) == {}

        # Without a Redis server on PATH, and this time it is not asked to end.
        second = Demo(var, PATH=str(Path(sys.executable).parent))
        assert eventually(second.is_ready), second.printed()
        assert operators(second) == operators(first)
        assert (var / "secrets.env").read_text() == keys
        assert "redis" not in " ".join(living(var).values())
        second.end(signal.SIGKILL)
        assert eventually(lambda: not living(var))

    def test_a_second_demo_on_the_same_state_is_refused(self, var: Path) -> None:
        first = Demo(var)
        assert eventually((var / "demo.lock").exists)
        second = Demo(var)
        assert second.process.wait(PATIENCE) == 1
        assert "A demo already runs" in second.printed()
        first.end(signal.SIGTERM)
        assert eventually(lambda: not living(var))


def operators(demo: Demo) -> list[str]:
    """The lines of the table that it printed."""
    return [line for line in demo.printed().splitlines() if "@" in line]
