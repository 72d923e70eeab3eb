"""The secrets that the requester of an approved change enters when it runs."""

from typing import Any

from django import forms

from console.areas.users import passwords
from console.aws import model
from console.changes import attended_changes
from console.changes.attended_changes import ParamPath
from console.changes.drafts import StepSecrets
from console.changes.models import Change, Step
from console.ui import shapes

GENERATES = ("ResetPassword", "CreateUser")


def named(step: Step) -> str:
    """Return whom or what a step is about, as a page shows it."""
    return step.target_name or str(step.params.get("Name") or step.target or step)


class AttendedForm(forms.Form):
    """A field for each secret of the steps that have not run; a user's password can be generated."""

    def __init__(self, data: Any = None, *, change: Change) -> None:
        super().__init__(data)
        self.generated: dict[int, str] = {}
        self.asked: list[tuple[Step, ParamPath, str]] = []
        for step in change.steps.filter(state=Step.State.PENDING).order_by("position"):
            for path in attended_changes.find_secret_paths(step):
                self._ask(step, path)

    def _ask(self, step: Step, path: ParamPath) -> None:
        name = f"secret-{step.position}-{'-'.join(path)}"
        is_generated = step.operation in GENERATES
        self.asked.append((step, path, name))
        self.fields[name] = forms.CharField(
            label=f"{shapes.spelled(path[-1])} for {named(step)}",
            required=not is_generated,
            strip=False,
            max_length=256,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text="Leave empty to generate a password, which is shown once." if is_generated else "",
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for step, path, name in self.asked:
            if not (typed := cleaned.get(name)):
                continue
            if step.operation in GENERATES:
                for problem in passwords.problems(typed):
                    self.add_error(name, problem)
            given = attended_changes.fill_secrets(step.params, {path: typed})
            found = model.find_input_problems(step.operation, given)
            for each in found:
                if each.field.startswith(path[0]):
                    self.add_error(name, f"{each.message}.")
        return cleaned

    def secrets(self) -> StepSecrets:
        """Return what is sent in the place of what is not stored, by step; generates what is left empty."""
        entered: dict[int, dict[ParamPath, str]] = {}
        steps: dict[int, Step] = {}
        for step, path, name in self.asked:
            value = self.cleaned_data[name]
            if not value:
                value = self.generated[step.position] = passwords.generated()
            steps[step.position] = step
            entered.setdefault(step.position, {})[path] = value
        return {
            position: attended_changes.fill_secrets(steps[position].params, values)
            for position, values in entered.items()
        }
