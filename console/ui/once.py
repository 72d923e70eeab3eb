"""Forms that must not act twice: each carries a number of its own, which is spent when it is sent.

A double click, a reload of the answer and a repeated request all bring the same number again.
"""

import secrets

from django import forms
from django.core import signing
from django.core.cache import cache

SALT = "console.ui.once"
VALID = 24 * 60 * 60  # seconds


class OnceField(forms.CharField):
    """Hidden; `spend` its value before acting."""

    widget = forms.HiddenInput

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        return _Fresh(form, self, field_name)

    def clean(self, value: str) -> str:
        try:
            return str(signing.loads(value or "", salt=SALT, max_age=VALID))
        except signing.BadSignature as damaged:
            raise forms.ValidationError("This form is no longer valid. Send it again.") from damaged


class _Fresh(forms.BoundField):
    """Every rendering gets a new number, also of a form that came back with errors."""

    def value(self) -> str:
        return signing.dumps(secrets.token_urlsafe(16), salt=SALT)


def spend(number: str) -> bool:
    """Whether nobody spent it before; of two at the same moment one wins."""
    return bool(cache.add(f"once:{number}", 1, timeout=VALID))
