"""The password rules of a WorkMail directory."""

import re

from console.sandbox.errors import ServiceError

SHORTEST, LONGEST = 8, 63  # at least 8, fewer than 64 [documented]
CLASSES = ("[A-Z]", "[a-z]", "[0-9]", r"[ -/:-@\[-`{-~]", "[\u00a0-\u00ff]")
NEEDED = 3


def require_strong(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise weak(f"Password must have between {SHORTEST} and {LONGEST} characters.")
    if sum(bool(re.search(each, password)) for each in CLASSES) < NEEDED:
        # The wording is probably the service's own [observed].
        raise weak("Password does not contain characters from at least 3 complexity categories.")


def weak(message: str) -> ServiceError:
    return ServiceError("InvalidPasswordException", message)
