"""The invented people: repeatable, unique, in many scripts."""

import re
import unicodedata
from itertools import islice

import pytest

from console.aws import model
from console.sandbox.demo_people import Person, generate_people, transliterate


@pytest.fixture(scope="module")
def crowd() -> list[Person]:
    return list(islice(generate_people("a-company"), 5000))


class TestPeople:
    def test_are_the_same_for_the_same_seed(self, crowd: list[Person]) -> None:
        assert list(islice(generate_people("a-company"), 300)) == crowd[:300]

    def test_differ_for_another_seed(self, crowd: list[Person]) -> None:
        assert list(islice(generate_people("another"), 300)) != crowd[:300]

    def test_have_usernames_that_are_unique_and_allowed_by_the_model(self, crowd: list[Person]) -> None:
        assert len({person.username for person in crowd}) == len(crowd)
        shape = model.input_members("CreateUser")["Name"]
        assert not [p for person in crowd for p in model.find_problems(shape, person.username)]
        assert all(re.fullmatch(r"[a-z0-9.-]+", person.username) for person in crowd)

    def test_write_their_names_in_many_scripts(self, crowd: list[Person]) -> None:
        letters = {person.last_name[0] for person in crowd}
        scripts = {unicodedata.name(letter).split()[0] for letter in letters}
        assert scripts >= {
            "LATIN",
            "CYRILLIC",
            "GREEK",
            "ARABIC",
            "HEBREW",
            "DEVANAGARI",
            "CJK",
            "HANGUL",
            "THAI",
        }

    def test_put_the_family_first_where_that_is_usual(self, crowd: list[Person]) -> None:
        korean = next(person for person in crowd if "HANGUL" in unicodedata.name(person.last_name[0]))
        assert korean.display_name == korean.last_name + korean.first_name

    def test_have_unique_ids(self, crowd: list[Person]) -> None:
        assert len({person.user_id for person in crowd}) == len(crowd)


class TestLatinSpelling:
    @pytest.mark.parametrize(
        ("native", "spelled"),
        [
            ("Straßer", "strasser"),
            ("Żółć", "zolc"),
            ("Øverås", "overas"),
            ("Þóra", "thora"),
            ("İbrahim", "ibrahim"),
        ],
    )
    def test_loses_diacritics(self, native: str, spelled: str) -> None:
        assert transliterate(native) == spelled
