"""A process may end at every line of engine, gateway and ledger: nothing is lost, nothing done twice."""

import pytest
from django.db import connection

from tests.crash import sweeps
from tests.crash.stories import Export, Forgotten, Mending, Story, Town, Waiting

pytestmark = pytest.mark.django_db(transaction=True)


class TestKilled:
    @pytest.mark.parametrize("story", [Export, Mending])
    def test_at_any_moment_nothing_is_lost_and_nothing_happens_twice(
        self, story: type[Story], town: Town
    ) -> None:
        everywhere = None if connection.vendor == "sqlite" else sweeps.each_once(town, story)
        tally = sweeps.killed(town, story, everywhere)
        assert tally.wrongs == []
        assert tally.points > (300 if everywhere is None else 100)

    @pytest.mark.parametrize("story", [Forgotten, Waiting])
    def test_on_the_rarer_ways_neither(self, story: type[Story], town: Town) -> None:
        tally = sweeps.killed(town, story, sweeps.each_once(town, story))
        assert tally.wrongs == []
        assert tally.points > 80
