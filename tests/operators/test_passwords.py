"""A password that is easy to guess is refused, in words that say what to do."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from console.operators import accounts
from console.operators.models import Operator

ADA = Operator(email="ada.lovelace@example.com", name="Ada Lovelace")
GUESSED = [
    "aaaaaaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "passwordpassword",
    "password1234567",
    "qwertyuiopasdfgh",
    "abcdefghijklmnop",
    "123456789012345",
    "workmailworkmail1",
    "lovelace-lovelace",
    "19851985198519851985",
    "letmein" * 40,
    "Winter2026!Winter2026!",
]


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, ADA)
    assert "Use several words that do not belong together." in " ".join(refused.value.messages)


@pytest.mark.parametrize("password", ["purple monkey dishwasher", "correct horse battery staple"])
def test_several_words_are_accepted(password: str) -> None:
    validate_password(password, ADA)


def test_a_generated_password_is_accepted() -> None:
    for _ in range(50):
        validate_password(accounts.generate_password(), ADA)
