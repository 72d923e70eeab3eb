"""A worker may fall asleep at any line and come back when all is done, or die of an export each time."""

import os
import signal

import pytest

from console.areas.exports import job_queue
from console.areas.exports.models import MAX_ATTEMPTS, ExportJob
from console.aws import transport
from console.ledger.models import Entry
from tests.crash import lines, sweeps
from tests.crash.stories import Export, Mending, Overslept, Story, Town
from tests.crash.sweeps import EVERY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(sweeps.TIMEOUT)]


class TestHeldUp:
    @pytest.mark.parametrize("story", [Overslept, Mending])
    def test_a_process_that_comes_back_late_changes_nothing(self, story: type[Story], town: Town) -> None:
        tally = sweeps.held_up(town, story, sweeps.each_once(town, story)[::EVERY])
        assert tally.wrongs == []
        assert tally.points > 80 / EVERY


class TestPoison:
    def test_is_parked_after_five_attempts_and_holds_nobody_else_up(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        poison, other = Export(town, 1), Export(town, 2)
        send = transport.send_call

        def die(rule: object, organization: object, params: dict[str, str], *more: object) -> object:
            if params.get("EntityId") == poison.person.entity_id:
                os.kill(os.getpid(), signal.SIGKILL)
            return send(rule, organization, params, *more)  # type: ignore[arg-type]  # as they came

        monkeypatch.setattr(transport, "send_call", die)
        deaths = sum(self.sweep(town) for _ in range(MAX_ATTEMPTS + 3))
        assert deaths == MAX_ATTEMPTS
        poison.row.refresh_from_db()
        assert poison.row.state == ExportJob.State.PARKED
        assert town.entries(poison.person).filter(kind=Entry.Kind.INTENT).count() == MAX_ATTEMPTS
        assert list(other.wrongs()) == []

    @staticmethod
    def sweep(town: Town) -> bool:
        """One worker that the beat wakes, one more while the lease of the first still runs; did it die?"""
        died = os.WIFSIGNALED(lines.child(job_queue.sweep_exports, lines.Fate, town.aws, lines.unexpected))
        assert lines.child(job_queue.sweep_exports, lines.Fate, town.aws, lines.unexpected) == 0
        town.time.pass_(minutes=30)
        return died
