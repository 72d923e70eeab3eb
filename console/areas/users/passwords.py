"""WorkMail's password rules, and generated passwords that are easy to dictate."""

import re
import secrets

MIN_LENGTH, MAX_LENGTH = 8, 63  # at least 8, fewer than 64 characters [documented]
MIN_CLASSES = 3
CHARACTER_CLASSES = {
    "capital letters": re.compile("[A-Z]"),
    "small letters": re.compile("[a-z]"),
    "digits": re.compile("[0-9]"),
    "special characters": re.compile(r"[ -/:-@\[-`{-~]"),
    "letters with marks": re.compile("[\u00a0-\u00ff]"),
}
ALLOWED_CHARACTERS = re.compile("[\u0020-\u007e\u00a0-\u00ff]*")
# Nothing that looks like something else in any font, nothing that a shell, a URL or a form would change.
CAPITALS, LOWERCASE, DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789"
PART_COUNT, PART_LENGTH = 4, 4  # 16 of 56 characters: more than 90 bits


def find_password_problems(password: str) -> list[str]:
    """Return why WorkMail would refuse the password, in whole sentences."""
    problems = []
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        problems.append(f"Take between {MIN_LENGTH} and {MAX_LENGTH} characters; this has {len(password)}.")
    if not ALLOWED_CHARACTERS.fullmatch(password):
        problems.append("Take only letters, digits and signs of Western European keyboards.")
    if (kinds := sum(bool(each.search(password)) for each in CHARACTER_CLASSES.values())) < MIN_CLASSES:
        problems.append(f"Take at least {MIN_CLASSES} of {', '.join(CHARACTER_CLASSES)}; this has {kinds}.")
    return problems


def generate_password() -> str:
    """Return a password like `kT7m-Rw3x-9HqZ-pd4N`, with capital letters, small letters and digits."""
    while True:
        parts = (
            "".join(secrets.choice(CAPITALS + LOWERCASE + DIGITS) for _ in range(PART_LENGTH))
            for _ in range(PART_COUNT)
        )
        password = "-".join(parts)
        if all(set(password) & set(kind) for kind in (CAPITALS, LOWERCASE, DIGITS)):
            return password
