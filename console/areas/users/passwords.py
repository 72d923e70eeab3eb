"""Passwords for people: WorkMail's rules for them, and good ones that can be read out on the telephone."""

import re
import secrets

SHORTEST, LONGEST = 8, 63  # at least 8, fewer than 64 characters [documented]
NEEDED = 3
CLASSES = {
    "capital letters": re.compile("[A-Z]"),
    "small letters": re.compile("[a-z]"),
    "digits": re.compile("[0-9]"),
    "special characters": re.compile(r"[ -/:-@\[-`{-~]"),
    "letters with marks": re.compile("[\u00a0-\u00ff]"),
}
ALLOWED = re.compile("[\u0020-\u007e\u00a0-\u00ff]*")
# Nothing that looks like something else in any font, nothing that a shell, a URL or a form would change.
CAPITALS, SMALL, DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789"
PARTS, LENGTH = 4, 4  # 16 of 56 characters: more than 90 bits


def problems(password: str) -> list[str]:
    """What WorkMail would refuse about it, in whole sentences."""
    found = []
    if not SHORTEST <= len(password) <= LONGEST:
        found.append(f"Take between {SHORTEST} and {LONGEST} characters; this has {len(password)}.")
    if not ALLOWED.fullmatch(password):
        found.append("Take only letters, digits and signs of Western European keyboards.")
    if (kinds := sum(bool(each.search(password)) for each in CLASSES.values())) < NEEDED:
        found.append(f"Take at least {NEEDED} of {', '.join(CLASSES)}; this has {kinds}.")
    return found


def generated() -> str:
    """A new one like `kT7m-Rw3x-9HqZ-pd4N`, with at least a capital, a small letter and a digit."""
    while True:
        parts = (
            "".join(secrets.choice(CAPITALS + SMALL + DIGITS) for _ in range(LENGTH)) for _ in range(PARTS)
        )
        password = "-".join(parts)
        if all(set(password) & set(kind) for kind in (CAPITALS, SMALL, DIGITS)):
            return password
