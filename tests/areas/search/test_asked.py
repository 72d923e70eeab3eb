"""What is typed or pasted, as it is understood."""

import pytest

from console.areas.search.query import MAX_QUERY_LENGTH, parse_query


@pytest.mark.parametrize(
    ("typed", "text", "address"),
    [
        ("ada", "ada", ""),
        ("  Ada Çelik ", "Ada Çelik", ""),
        ("Ada@Example.com", "Ada@Example.com", "ada@example.com"),
        ("<ada@example.com>", "ada@example.com", "ada@example.com"),
        ('"Çelik, Ada" <ada@example.com>', "ada@example.com", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com", "ada@example.com"),
        ("MAILTO:ada%2Bx@example.com?cc=bo@example.com", "ada+x@example.com", "ada+x@example.com"),
        ("<mailto:ada@example.com>", "ada@example.com", "ada@example.com"),
        (" 'ada@example.com',", "ada@example.com", "ada@example.com"),
        ("ada@example", "ada@example", ""),
        ("ada@example.com bo@example.com", "ada@example.com bo@example.com", ""),
        ("<not an address>", "<not an address>", ""),
        ("mailto:", "", ""),
        ("mailto:%00", "", ""),
        ("\0", "", ""),
        ("", "", ""),
    ],
)
def test_it_is_taken_for_what_is_meant(typed: str, text: str, address: str) -> None:
    asked = parse_query(typed)
    assert (asked.text, asked.address) == (text, address)
    assert bool(asked) == bool(text)


def test_no_text_is_too_long() -> None:
    assert len(parse_query("a" * 10 * MAX_QUERY_LENGTH).text) == MAX_QUERY_LENGTH
