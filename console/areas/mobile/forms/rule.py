"""One mobile device rule: which devices, by how what they report begins."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.mobile.wording import WORDS
from console.aws import model
from console.ui.forms import OperationForm
from console.ui.lines import LinesField
from console.ui.shapes import sentence

EFFECTS = [("DENY", "Deny"), ("ALLOW", "Allow")]
EXAMPLES = {
    "DeviceTypes": "iPhone, iPad, Android, WindowsMail",
    "DeviceModels": "iPhone15C2, SM-G991B",
    "DeviceOperatingSystems": "iOS 17, Android 14",
    "DeviceUserAgents": "Apple-iPhone15C2/, Outlook-iOS-Android/",
}
CONDITIONS = tuple(f"{prefix}{name}" for name in WORDS for prefix in ("", "Not"))


class PrefixesField(LinesField):
    """Beginnings of what a device reports, checked as the model checks the member."""

    def __init__(self, *, member: str, **kwargs: Any) -> None:
        super().__init__(rows=2, **kwargs)
        self.shape = model.input_members("CreateMobileDeviceAccessRule")[member]

    def clean(self, value: Any) -> list[str]:
        found: list[str] = super().clean(value)
        if found and (problems := list(model.find_problems(self.shape, found))):
            raise ValidationError([sentence(each) for each in problems])
        return found


class RuleForm(OperationForm):
    """`rule` is the one that is changed, as WorkMail has it."""

    operation = "CreateMobileDeviceAccessRule"
    members = ("Name", "Effect", "Description")

    def __init__(self, *args: Any, rule: Mapping[str, Any] | None, **kwargs: Any) -> None:
        self.rule = rule or {}
        initial = {name: self.rule.get(name) or [] for name in CONDITIONS}
        initial |= {} if rule else {"Effect": "DENY"}
        super().__init__(*args, current=self.rule, initial=initial, **kwargs)
        self.fields["Effect"] = forms.ChoiceField(choices=EFFECTS, widget=forms.RadioSelect)
        for name, word in WORDS.items():
            self.fields[name] = PrefixesField(
                member=name, label=f"{word.capitalize()} begins with", help_text=f"Such as {EXAMPLES[name]}."
            )
            self.fields[f"Not{name}"] = PrefixesField(member=f"Not{name}", label="… and does not begin with")

    @property
    def conditions(self) -> list[tuple[Any, Any]]:
        return [(self[name], self[f"Not{name}"]) for name in WORDS]

    def asked(self) -> dict[str, Any]:
        """The whole rule as the operation takes it: WorkMail refuses empty lists and descriptions."""
        return {
            name: self.cleaned_data[name] for name in (*self.members, *CONDITIONS) if self.cleaned_data[name]
        }
