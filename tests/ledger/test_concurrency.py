"""Many processes append at once, and are killed while they do: the chain stays whole and gapless."""

import json
import subprocess
import sys

from tests.ledger.conftest import ROOT

WRITERS, EACH = 4, 25
Environment = dict[str, str]


def start(environment: Environment, what: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.writers", what, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> list[str]:
    """What a child printed; it must have ended well."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output.split()


def verified(environment: Environment) -> dict[str, object]:
    command = [sys.executable, "-m", "django", "ledger", "verify", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


class TestManyWriters:
    def test_leave_no_gap_and_no_fork_in_the_chain(self, environment: Environment) -> None:
        writers = [start(environment, "append", EACH) for _ in range(WRITERS)]
        numbers = sorted(int(seq) for writer in writers for seq in told(writer))
        assert numbers == list(range(1, WRITERS * EACH + 1))
        assert verified(environment)["count"] == WRITERS * EACH

    def test_in_threads_of_one_process_neither(self, environment: Environment) -> None:
        numbers = sorted(map(int, told(start(environment, "threads", WRITERS, EACH))))
        assert numbers == list(range(1, WRITERS * EACH + 1))
        assert verified(environment)["count"] == WRITERS * EACH

    def test_do_not_disturb_who_verifies_meanwhile(self, environment: Environment) -> None:
        writers = [start(environment, "append", EACH) for _ in range(2)]
        while any(writer.poll() is None for writer in writers):
            assert verified(environment)["ok"]
        assert verified(environment)["count"] == 2 * EACH


class TestAKill:
    """A process ends at every line of the journal, as `kill -9` would end it."""

    def test_leaves_a_whole_chain_on_which_others_go_on(self, environment: Environment) -> None:
        points, *violations = told(start(environment, "killed"))
        assert violations == []
        assert int(points) > 60

    def test_would_show_a_call_that_did_not_wait_for_its_intent(self, environment: Environment) -> None:
        _, *violations = told(start(environment, "killed", "early"))
        assert violations == ["no-call-without-intent"]
