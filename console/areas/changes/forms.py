"""Forms to schedule, cancel and run a change, and to edit the change policies."""

import json
from copy import copy
from typing import Any

from django import forms
from django.http import QueryDict

from console import clock
from console.areas.users import passwords
from console.aws import model
from console.aws.catalogue import AREAS, CATALOGUE, OPERATIONS
from console.changes import attended_changes
from console.changes.attended_changes import ParamPath
from console.changes.drafts import StepSecrets
from console.changes.models import Change, Conditions, Step
from console.ui import form_fields


class ScheduleForm(forms.Form):
    """Choose when a change runs, in UTC; empty runs it now."""

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


def list_approvable_operations() -> list[tuple[str, str]]:
    """Return every write and every operation that reveals content or a secret."""
    return [(each.name, each.title) for each in OPERATIONS if not each.is_read]


def group_approvable_operations() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the approvable operations by the title of their area."""
    areas: dict[str, list[tuple[str, str]]] = {area: [] for area in AREAS}
    for each in OPERATIONS:
        if not each.is_read:
            areas[each.area].append((each.name, each.title))
    return [(AREAS[area], choices) for area, choices in areas.items() if choices]


class ChangePoliciesForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Edit the change policies; `seen` carries the values that were shown, to detect concurrent edits."""

    approve_operations = forms.MultipleChoiceField(
        label="Always require approval by another operator",
        choices=group_approvable_operations,
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
        """Return whether the policies are as the form showed them; add an error with the changes if not."""
        stored, seen = self.values(current), self.cleaned_data["seen"]
        if seen == stored:
            return True
        loaded = seen if isinstance(seen, dict) else {}
        changed = [
            f"{self.fields[name].label}: {self._in_words(value)}"
            for name, value in stored.items()
            if name not in loaded or loaded[name] != value
        ]
        problem = "Another operator changed these policies. Nothing was saved. They are now:"
        self.add_error(None, f"{problem} {'; '.join(changed)}. Review your values and save again.")
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


GENERATED_PASSWORD_OPERATIONS = ("ResetPassword", "CreateUser")


def step_target_name(step: Step) -> str:
    """Return the display name of what a step is about."""
    return step.target_name or str(step.params.get("Name") or step.target or step)


class SecretsForm(forms.Form):
    """Ask for each secret of the pending steps; a user's password can be generated."""

    def __init__(self, data: Any = None, *, change: Change) -> None:
        super().__init__(data)
        self.generated: dict[int, str] = {}
        self.asked: list[tuple[Step, ParamPath, str]] = []
        for step in change.steps.filter(state=Step.State.PENDING).order_by("position"):
            for path in attended_changes.find_secret_paths(step):
                self._ask(step, path)

    def _ask(self, step: Step, path: ParamPath) -> None:
        name = f"secret-{step.position}-{'-'.join(path)}"
        is_generated = step.operation in GENERATED_PASSWORD_OPERATIONS
        self.asked.append((step, path, name))
        self.fields[name] = forms.CharField(
            label=f"{form_fields.member_label(path[-1])} for {step_target_name(step)}",
            required=not is_generated,
            strip=False,
            max_length=256,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text="Leave empty to generate a password, which is shown once." if is_generated else "",
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for step, path, name in self.asked:
            if not (secret := cleaned.get(name)):
                continue
            if step.operation in GENERATED_PASSWORD_OPERATIONS:
                for problem in passwords.find_password_problems(secret):
                    self.add_error(name, problem)
            params = attended_changes.fill_secrets(step.params, {path: secret})
            for each in model.find_input_problems(step.operation, params):
                if each.field.startswith(path[0]):
                    self.add_error(name, f"{each.message}.")
        return cleaned

    def secrets(self) -> StepSecrets:
        """Return the parameters with secrets by step position; generate passwords that were left empty."""
        entered: dict[int, dict[ParamPath, str]] = {}
        steps: dict[int, Step] = {}
        for step, path, name in self.asked:
            value = self.cleaned_data[name]
            if not value:
                value = self.generated[step.position] = passwords.generate_password()
            steps[step.position] = step
            entered.setdefault(step.position, {})[path] = value
        return {
            position: attended_changes.fill_secrets(steps[position].params, values)
            for position, values in entered.items()
        }
