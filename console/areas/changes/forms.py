"""What is asked around a change: when, why it is stopped, and what an organization asks of all changes."""

import json
from copy import copy
from typing import Any

from django import forms
from django.http import QueryDict

from console import clock
from console.aws.catalogue import AREAS, CATALOGUE, OPERATIONS
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
    """Return every write and every operation that reveals content or a secret."""
    return [(each.name, each.title) for each in OPERATIONS if not each.is_read]


def approvable_by_area() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the same under the titles of their areas."""
    areas: dict[str, list[tuple[str, str]]] = {area: [] for area in AREAS}
    for each in OPERATIONS:
        if not each.is_read:
            areas[each.area].append((each.name, each.title))
    return [(AREAS[area], choices) for area, choices in areas.items() if choices]


class ConditionsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """The change policies; `seen` holds them as the page showed them, so that no other save is undone."""

    approve_operations = forms.MultipleChoiceField(
        label="Always require approval by another operator",
        choices=approvable_by_area,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    seen = forms.JSONField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Conditions
        fields = ["ask_reason", "ask_ticket", "approve_over", "approve_operations"]
        help_texts = {
            "ask_reason": "Every form requires a reason.",
            "ask_ticket": "Every form requires a ticket number.",
            "approve_over": "Leave empty to never require approval because of the number of steps.",
        }

    def __init__(self, data: Any = None, *, instance: Conditions) -> None:
        super().__init__(data, instance=copy(instance))
        self.initial["seen"] = self.values(instance)

    def values(self, policies: Conditions) -> dict[str, Any]:
        return {name: getattr(policies, name) for name in self.Meta.fields}

    def require_unchanged(self, current: Conditions) -> bool:
        """Add an error that names what another operator changed; false if there is one."""
        stored, seen = self.values(current), self.cleaned_data["seen"]
        if seen == stored:
            return True
        known = seen if isinstance(seen, dict) else {}
        changed = [
            f"{self.fields[name].label}: {self._in_words(value)}"
            for name, value in stored.items()
            if name not in known or known[name] != value
        ]
        told = "Another operator changed these policies. Nothing was saved. They are now:"
        self.add_error(None, f"{told} {'; '.join(changed)}. Review your values and save again.")
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = json.dumps(stored)
        self.data = data
        return False

    @staticmethod
    def _in_words(value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(CATALOGUE[name].title if name in CATALOGUE else name for name in value) or "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "not set" if value is None else f"{value:,}"
