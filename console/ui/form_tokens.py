"""The token of each form, by which it acts once."""

import secrets

FORM_TOKEN_FIELD = "once"


def new_form_token() -> str:
    return secrets.token_urlsafe(16)
