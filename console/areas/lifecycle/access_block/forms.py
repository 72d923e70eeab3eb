"""The form that blocks a user's access."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.lifecycle.access_block.block_changes import RESET_PASSWORD, REVOKE_TOKENS
from console.ui.forms import ExpiryForm

SIGN_OUT_LABELS = {
    RESET_PASSWORD: "Set a password that nobody knows",
    REVOKE_TOKENS: "Revoke personal access tokens",
}
CONFIRMATION_PHRASE = "freeze a protected person"


class BlockAccessForm(ExpiryForm):
    """The end of the block and further steps (`also`); protected users require a typed phrase."""

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
            self.fields["also"].choices = [(each, SIGN_OUT_LABELS[each]) for each in also]  # type: ignore[attr-defined]  # a MultipleChoiceField
        else:
            del self.fields["also"]
        if protected:
            self.fields["typed"].label = f"Type “{CONFIRMATION_PHRASE}” to confirm"
        else:
            del self.fields["typed"]

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed.strip() != CONFIRMATION_PHRASE:
            raise ValidationError(f"This person is protected. Type {CONFIRMATION_PHRASE} to do it.")
        return typed
