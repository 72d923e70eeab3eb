"""What is asked around a change: when, why it is stopped, and what an organization asks of all changes."""

from typing import Any

from django import forms

from console import clock
from console.aws import model
from console.aws.catalogue import OPERATIONS
from console.aws.redaction import is_secret
from console.changes.models import Conditions


class LaterForm(forms.Form):
    """A moment to come, in UTC; empty is now."""

    when = forms.DateTimeField(
        label="Run later, at (UTC)",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean_when(self) -> Any:
        when = self.cleaned_data["when"]
        if when and when <= clock.now():
            raise forms.ValidationError("This moment is over. Choose one to come, or run it now.")
        return when


class CancelForm(forms.Form):
    why = forms.CharField(label="Why", max_length=500, required=False)


def approvable() -> list[tuple[str, str]]:
    """Writes that can wait for somebody else: one that carries a secret cannot be kept."""
    return [
        (each.name, each.title)
        for each in OPERATIONS
        if not each.is_read and not any(is_secret(shape) for shape in model.input_members(each.name).values())
    ]


class ConditionsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    approve_operations = forms.MultipleChoiceField(
        label="Always ask somebody else to approve",
        choices=approvable,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Conditions
        fields = ["ask_reason", "ask_ticket", "approve_over", "approve_operations"]
        help_texts = {
            "ask_reason": "Every form asks why, and does nothing without an answer.",
            "ask_ticket": "The same for the number of a ticket.",
            "approve_over": "Empty: never because of their number alone.",
        }
