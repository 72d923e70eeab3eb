"""A pasted list: which entries count, and that display names never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ui.address_list import parse_addresses

LISTS = {
    "Brown, Aaron <a.b@x.example>; Harris, Aaron <a.h@x.example>": ["a.b@x.example", "a.h@x.example"],
    '"Brown, Aaron" <a@x>, b@x, Carl Big <c@x>': ["a@x", "b@x", "c@x"],
    "SMTP:a@x": ["a@x"],
    "mailto:a@x?subject=hi": ["a@x"],
    "SMTP:a@x+smtp:b@x+X500:/o=First": ["a@x", "b@x"],
    "a@x\u200b": ["a@x"],
    "a@x (Ada, Ms.), b@x": ["a@x", "b@x"],
    "Team: a@x, b@x;": ["a@x", "b@x"],
    "To: A <a@x>, B <b@x>": ["a@x", "b@x"],
    "ada, bo; cy\nDee Dee\tEve": ["ada", "bo", "cy", "Dee Dee", "Eve"],
    "Aaron Brown a@x": ["a@x"],
    "'a@x'": ["a@x"],
    "a@x b@x": ["a@x", "b@x"],
    '"boss@x" <real@x>': ["real@x"],
    "boss@x <real@x>": ["real@x"],
    '"a@x","b@x"': ["a@x", "b@x"],
    'a@x, "Sales, EMEA"': ["a@x", "Sales, EMEA"],
    '"a; b" <c@x>; d': ["c@x", "d"],
    "Bo <bo>": ["bo"],
    "a@x, A@X": ["a@x"],
    " ,;\n": [],
}


@pytest.mark.parametrize("text", LISTS)
def test_an_entry_counts_by_its_address_alone(text: str) -> None:
    assert [each.text for each in parse_addresses(text)] == LISTS[text]


def test_the_primary_address_of_exchange_is_marked() -> None:
    assert [each.is_primary for each in parse_addresses("smtp:a@x;SMTP:b@x")] == [False, True]


NAMES = st.text(st.characters(categories=["L"], include_characters=" ,.'"), max_size=12)


@given(st.lists(st.tuples(NAMES, st.integers(0, 99), st.booleans()), max_size=6), st.sampled_from(";\n\t"))
def test_no_display_name_is_ever_an_entry(entries: list[tuple[str, int, bool]], separator: str) -> None:
    """Any names, in quotation marks or not, before addresses in brackets."""
    text = separator.join(
        f'"{name}" <u{number}@x>' if quoted else f"{name} <u{number}@x>" for name, number, quoted in entries
    )
    found = [each.text for each in parse_addresses(text)]
    assert found == list(dict.fromkeys(f"u{number}@x" for _, number, _ in entries))
