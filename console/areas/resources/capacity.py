"""How many people a room holds: WorkMail has no member for it, so it stands in the description, readable.

Read is what people write themselves (`Capacity: 12`, `12 seats`), written is always `Capacity: 12`.
"""

import re

WRITTEN = "Capacity: {}"
# What a number of seats, places or people is followed by, in the languages that people write here.
UNITS = (
    "seats?|places?|people|persons?|Plätzen?|Personen|lugares|plazas|asientos|posti|personas|pessoas|personer"
    "|plasser|platser|pladser|paikkaa|míst|miest|miejsc|osób|θέσεις|άτομα|мест|місць|מקומות|מושבים|ที่นั่ง"
)
COUNTED = "名|席|人|명|석"  # these follow without a space, and nothing ends the word
KNOWN = re.compile(
    r"\b(?:capacity|seats)\b(?:\s*[:=]\s*|\s+(?:of\s+)?)(\d{1,5})\b"
    rf"|\b(\d{{1,5}})(?:\s+(?:{UNITS})(?!\w)|\s?(?:{COUNTED}))",
    re.IGNORECASE,
)
JOINTS = " \t\n,;·|-)."  # what held the words together from which the capacity was taken
ENDS = " \t\n,;·|-(."  # leads on to something that is not there any more, or ends a sentence


def split(description: str) -> tuple[str, int | None]:
    """The description without its capacity, and the capacity, `None` if it names none."""
    found = KNOWN.search(description)
    if found is None:
        return description.strip(), None
    before, after = description[: found.start()], description[found.end() :]
    parts = (before.rstrip(ENDS), after.strip(JOINTS))
    return ", ".join(part for part in map(str.strip, parts) if part), int(found[1] or found[2])


def joined(text: str, capacity: int | None) -> str:
    """A description of both; `split` takes it apart again."""
    if capacity is None:
        return text.strip()
    text = text.strip().rstrip(ENDS)
    written = WRITTEN.format(capacity)
    if not re.search(r"\w", text):
        return written
    return f"{text} {written}" if text.endswith(("!", "?")) else f"{text}. {written}"


def of(description: str | None) -> int | None:
    return split(description or "")[1]
