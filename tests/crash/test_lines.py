"""A process may end at every line of engine, gateway and ledger: nothing is lost, nothing done twice."""

import pytest
from django.db import connection

from tests.crash import sweeps
from tests.crash.stories import Changing, Export, Forgotten, Mending, Story, Town, Waiting

pytestmark = pytest.mark.django_db(transaction=True)


class TestKilled:
    def test_at_any_moment_of_an_export_nothing_is_lost_and_nothing_happens_twice(self, town: Town) -> None:
        everywhere = None if connection.vendor == "sqlite" else sweeps.each_once(town, Export)
        tally = sweeps.killed(town, Export, everywhere)
        assert tally.wrongs == []
        assert tally.points > (300 if everywhere is None else 150)

    @pytest.mark.parametrize("story", [Forgotten, Waiting])
    def test_on_the_rarer_ways_of_an_export_neither(self, story: type[Story], town: Town) -> None:
        tally = sweeps.killed(town, story, sweeps.each_once(town, story, but=[Export]))
        assert tally.wrongs == []
        assert tally.points > 5

    def test_at_any_line_of_a_write_the_ledger_is_right_about_it_in_the_end(self, town: Town) -> None:
        tally = sweeps.killed(town, Mending, sweeps.each_once(town, Mending))
        assert tally.wrongs == []
        assert tally.points > 100

    def test_at_any_line_of_a_change_each_of_its_steps_is_done_once(self, town: Town) -> None:
        tally = sweeps.killed(town, Changing, sweeps.each_once(town, Changing, but=[Mending])[::2])
        assert tally.wrongs == []
        assert tally.points > 40


class TestHeldUp:
    def test_a_worker_that_wakes_late_does_nothing_of_a_change_a_second_time(self, town: Town) -> None:
        tally = sweeps.held_up(town, Changing, sweeps.each_once(town, Changing, but=[Mending])[::4])
        assert tally.wrongs == []
        assert tally.points > 20
