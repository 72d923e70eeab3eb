"""A process may end at every line of engine, gateway and ledger: nothing is lost, nothing done twice.

`make crash` ends it at every line, the suite at a sample of them.
"""

from itertools import count

import pytest
from django.db import connection

from tests.crash import sweeps
from tests.crash.stories import Changing, Export, Forgotten, Mending, Story, Town, Waiting
from tests.crash.sweeps import EVERY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(sweeps.TIMEOUT)]


class TestKilled:
    def test_at_any_moment_of_an_export_nothing_is_lost_and_nothing_happens_twice(self, town: Town) -> None:
        is_sqlite = connection.vendor == "sqlite"
        at = count(1, EVERY) if is_sqlite else sweeps.each_once(town, Export)[::EVERY]
        tally = sweeps.killed(town, Export, at)
        assert tally.wrongs == []
        assert tally.points > (300 if is_sqlite else 150) / EVERY

    @pytest.mark.parametrize("story", [Forgotten, Waiting])
    def test_on_the_rarer_ways_of_an_export_neither(self, story: type[Story], town: Town) -> None:
        tally = sweeps.killed(town, story, sweeps.each_once(town, story, but=[Export])[::EVERY])
        assert tally.wrongs == []
        assert tally.points > 5 / EVERY

    def test_at_any_line_of_a_write_the_ledger_is_right_about_it_in_the_end(self, town: Town) -> None:
        tally = sweeps.killed(town, Mending, sweeps.each_once(town, Mending)[::EVERY])
        assert tally.wrongs == []
        assert tally.points > 100 / EVERY

    def test_at_any_line_of_a_change_each_of_its_steps_is_done_once(self, town: Town) -> None:
        tally = sweeps.killed(town, Changing, sweeps.each_once(town, Changing, but=[Mending])[::EVERY])
        assert tally.wrongs == []
        assert tally.points > 80 / EVERY


class TestHeldUp:
    def test_a_worker_that_wakes_late_does_nothing_of_a_change_a_second_time(self, town: Town) -> None:
        tally = sweeps.held_up(town, Changing, sweeps.each_once(town, Changing, but=[Mending])[::EVERY])
        assert tally.wrongs == []
        assert tally.points > 80 / EVERY
