"""How many people a room holds: WorkMail has no member for it, so it stands in the description, readable.

Read is what people write themselves (`Capacity: 12`, `12 seats`), written is always `Capacity: 12`.
"""

import re

WRITTEN = "Capacity: {}"
KNOWN = re.compile(
    r"\b(?:capacity|seats)\b(?:\s*[:=]\s*|\s+(?:of\s+)?)(\d{1,5})\b|\b(\d{1,5})\s+(?:seats?|places?|people|persons)\b",
    re.IGNORECASE,
)
JOINTS = " \t\n,;·|-)."  # what held the words together from which the capacity was taken

LOOSE = " ,;·|-("  # leads on to something that is not there any more


def split(description: str) -> tuple[str, int | None]:
    """The description without its capacity, and the capacity, `None` if it names none."""
    found = KNOWN.search(description)
    if found is None:
        return description.strip(), None
    before, after = description[: found.start()], description[found.end() :]
    parts = (before.rstrip(LOOSE + ".\t\n"), after.strip(JOINTS))
    return ", ".join(part for part in map(str.strip, parts) if part), int(found[1] or found[2])


def joined(text: str, capacity: int | None) -> str:
    """A description of both; `split` takes it apart again."""
    if capacity is None:
        return text.strip()
    text = text.strip().rstrip(LOOSE)
    written = WRITTEN.format(capacity)
    if not re.search(r"\w", text):
        return written
    return f"{text} {written}" if text.endswith((".", "!", "?")) else f"{text}. {written}"


def of(description: str | None) -> int | None:
    return split(description or "")[1]
