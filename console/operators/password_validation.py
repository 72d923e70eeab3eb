"""Refuse passwords that are easy to guess."""

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from console.operators.models import Operator

GUESSED = ("workmail", "console", "amazon", "organization")
LONGEST = 72  # zxcvbn takes no more characters, and so many decide
LEAST_SCORE = 4  # of 4: more than 10^10 guesses


class GuessingValidator:
    """Estimate with zxcvbn, which knows common passwords, words, repetition, keyboard patterns and dates."""

    def validate(self, password: str, user: Operator | None = None) -> None:
        known = [*GUESSED, *user.email.replace("@", ".").split("."), *user.name.split()] if user else GUESSED
        found = zxcvbn(password[:LONGEST], user_inputs=known)
        if found["score"] < LEAST_SCORE:
            reason = found["feedback"]["warning"] or "It is similar to common passwords."
            raise ValidationError(
                f"This password is easy to guess. {reason} Use several words that do not belong together.",
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return (
            "Use several words that do not belong together. Repetition, keyboard patterns, dates, names and"
            " common passwords are refused."
        )
