"""Numbers that make a form valid once."""

import secrets

NUMBER = "once"


def new_number() -> str:
    return secrets.token_urlsafe(16)
