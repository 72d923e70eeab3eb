"""The capacity of a room, kept in its description because WorkMail has no field for it.

Texts such as `Capacity: 12` and `12 seats` are read; `Capacity: 12` is written.
"""

import re

CAPACITY_TEXT = "Capacity: {}"
# What a number of seats, places or people is followed by, in the languages that people write here.
SEAT_UNITS = (
    "seats?|places?|people|persons?|Plätzen?|Personen|lugares|plazas|asientos|posti|personas|pessoas|personer"
    "|plasser|platser|pladser|paikkaa|míst|miest|miejsc|osób|θέσεις|άτομα|мест|місць|מקומות|מושבים|ที่นั่ง"
)
SEAT_SUFFIXES = "名|席|人|명|석"  # these follow without a space, and nothing ends the word
CAPACITY_PATTERN = re.compile(
    r"\b(?:capacity|seats)\b(?:\s*[:=]\s*|\s+(?:of\s+)?)(\d{1,5})\b"
    rf"|\b(\d{{1,5}})(?:\s+(?:{SEAT_UNITS})(?!\w)|\s?(?:{SEAT_SUFFIXES}))",
    re.IGNORECASE,
)
LEADING_SEPARATORS = " \t\n,;·|-)."  # what held the words together from which the capacity was taken
TRAILING_SEPARATORS = " \t\n,;·|-(."  # leads on to something that is not there any more, or ends a sentence


def split_description(description: str) -> tuple[str, int | None]:
    """Return the description without its capacity, and the capacity or `None`."""
    match = CAPACITY_PATTERN.search(description)
    if match is None:
        return description.strip(), None
    before, after = description[: match.start()], description[match.end() :]
    parts = (before.rstrip(TRAILING_SEPARATORS), after.strip(LEADING_SEPARATORS))
    return ", ".join(part for part in map(str.strip, parts) if part), int(match[1] or match[2])


def join_description(text: str, capacity: int | None) -> str:
    """Return a description with the capacity, which `split_description` reads back."""
    if capacity is None:
        return text.strip()
    text = text.strip().rstrip(TRAILING_SEPARATORS)
    written = CAPACITY_TEXT.format(capacity)
    if not re.search(r"\w", text):
        return written
    return f"{text} {written}" if text.endswith(("!", "?")) else f"{text}. {written}"


def get_capacity(description: str | None) -> int | None:
    return split_description(description or "")[1]
