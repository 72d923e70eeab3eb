"""Refuse passwords that are easy to guess."""

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from console.operators.models import Operator

GUESSABLE_WORDS = ("workmail", "console", "amazon", "organization")
MAX_ESTIMATED_LENGTH = 72  # zxcvbn takes no more characters, and so many decide
MIN_SCORE = 4  # of 4: more than 10^10 guesses


class GuessabilityValidator:
    """Estimate with zxcvbn, which knows common passwords, words, repetition, keyboard patterns and dates."""

    def validate(self, password: str, user: Operator | None = None) -> None:
        known = (
            [*GUESSABLE_WORDS, *user.email.replace("@", ".").split("."), *user.name.split()]
            if user
            else GUESSABLE_WORDS
        )
        found = zxcvbn(password[:MAX_ESTIMATED_LENGTH], user_inputs=known)
        if found["score"] < MIN_SCORE:
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
