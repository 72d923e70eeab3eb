"""How long somebody is frozen, and what else keeps her out."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.lifecycle.freezes import PASSWORD, TOKENS
from console.ui.forms import ExpiryForm

ALSO = {
    PASSWORD: "Set a password that nobody knows",
    TOKENS: "Revoke personal access tokens",
}
PHRASE = "freeze a protected person"


class FreezeForm(ExpiryForm):
    """`also` are those of `ALSO` that the operator may do; somebody protected has to be typed out."""

    also = forms.MultipleChoiceField(
        label="At the same time",
        choices=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Thawing does not bring back either.",
    )
    typed = forms.CharField(required=False)
    field_order = ("until", "also", "typed", "reason", "ticket")

    def __init__(self, *args: Any, also: list[str], protected: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = "Empty: until somebody thaws. Else the console thaws then."
        if also:
            self.fields["also"].choices = [(each, ALSO[each]) for each in also]  # type: ignore[attr-defined]  # a MultipleChoiceField
        else:
            del self.fields["also"]
        if protected:
            self.fields["typed"].label = f"Type “{PHRASE}” to confirm"
        else:
            del self.fields["typed"]

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed.strip() != PHRASE:
            raise ValidationError(f"This person is protected. Type {PHRASE} to do it.")
        return typed
