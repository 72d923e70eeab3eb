"""The capacity in a description: read as people write it, written so that it is read again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.areas.resources import capacity

TEXTS = st.text(alphabet="abc xyz.,;:()0123456789 -", max_size=40)


class TestReading:
    @pytest.mark.parametrize(
        ("description", "text", "seats"),
        [
            ("Capacity: 12", "", 12),
            ("Second floor. Capacity: 12", "Second floor", 12),
            ("Board room, 4th floor, 20 seats, video", "Board room, 4th floor, video", 20),
            ("Meeting room with harbor view, 12 seats", "Meeting room with harbor view", 12),
            ("Seats 8", "", 8),
            ("Beamer (capacity 30)", "Beamer", 30),
            ("for 6 people", "for", 6),
            ("Großer Besprechungsraum, 14 Plätze", "Großer Besprechungsraum", 14),
            ("Salle de réunion, 12 places, visioconférence", "Salle de réunion, visioconférence", 12),
            ("会議室 12名", "会議室", 12),
            ("חדר ישיבות, 8 מקומות", "חדר ישיבות", 8),
            ("ห้องประชุม 6 ที่นั่ง", "ห้องประชุม", 6),
            ("Projector, 4K, plates NWH 101", "Projector, 4K, plates NWH 101", None),
            ("Room 12 on floor 3", "Room 12 on floor 3", None),
            ("", "", None),
            ("Capacity: 1234567", "Capacity: 1234567", None),
        ],
    )
    def test_takes_the_number_out_of_the_words(self, description: str, text: str, seats: int | None) -> None:
        assert capacity.split_description(description) == (text, seats)


class TestWriting:
    def test_stays_readable(self) -> None:
        assert capacity.join_description("Second floor, beamer", 12) == "Second floor, beamer. Capacity: 12"
        assert capacity.join_description("Second floor.", 12) == "Second floor. Capacity: 12"
        assert capacity.join_description("", 12) == "Capacity: 12"
        assert capacity.join_description("Second floor", None) == "Second floor"

    @given(TEXTS, st.none() | st.integers(1, 99_999))
    @example("0;.", 1)  # what is left of a list, and then a full stop
    def test_what_was_read_is_written_so_that_it_is_read_alike(self, text: str, seats: int | None) -> None:
        words = capacity.split_description(text)[0]
        if (
            capacity.get_capacity(words) is not None
        ):  # two numbers in one description: the second is only words
            return
        once = capacity.join_description(words, seats)
        assert capacity.get_capacity(once) == seats
        assert capacity.join_description(*capacity.split_description(once)) == once.strip()
