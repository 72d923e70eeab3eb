"""Forms of the retention policy: an action and a number of days for each folder, and its deletion."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from console.areas.retention.display import ACTION_LABELS, DELAY_NOTE, folder_label, list_folder_names
from console.aws import model
from console.ui.forms import OperationForm, ReasonForm
from console.web.operation_forms import ConfirmWriteForm

DEFAULT_NAME = "default"  # of a first policy: WorkMail asks for a name, and nobody ever sees it [inferred]


@dataclass(frozen=True, slots=True)
class FolderFields:
    folder: str
    action: BoundField
    days: BoundField


class RetentionPolicyForm(OperationForm, ReasonForm):
    """The retention policy; `current` is GetDefaultRetentionPolicy's answer, empty if there is none."""

    operation = "PutRetentionPolicy"
    members = ("Name", "Description")
    labels = {"Name": "Name of the policy"}
    help_texts = {"Name": "Letters, digits, _ and -."}

    def __init__(self, *args: Any, current: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, current={"Name": DEFAULT_NAME, **current}, **kwargs)
        configured = {each["Name"]: each for each in current.get("FolderConfigurations", [])}
        self.policy_id = current.get("Id")
        self.folders = current.get("FolderConfigurations")
        for name in list_folder_names():
            now = configured.get(name, {})
            self.fields[f"action-{name}"] = _action_field(name, now.get("Action", "NONE"))
            self.fields[f"days-{name}"] = _days_field(name, now.get("Period"))
        self.current |= {name: self.fields[name].initial for name in self._folder_fields()}
        self.order_fields([*self._folder_fields(), *self.members])

    @property
    def lines(self) -> Iterator[FolderFields]:
        return (
            FolderFields(folder_label(name), self[f"action-{name}"], self[f"days-{name}"])
            for name in list_folder_names()
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in list_folder_names():
            days = f"days-{name}"
            deletes = cleaned.get(f"action-{name}", "NONE") != "NONE"
            if deletes and cleaned.get(days) is None and days not in self.errors:
                self.add_error(days, "After how many days?")
        return cleaned

    @property
    def configurations(self) -> list[dict[str, Any]]:
        """Return the configuration of every folder; "keep" has no period."""
        return [self._configuration(name) for name in list_folder_names()]

    def params(self) -> dict[str, Any]:
        """Return all members of PutRetentionPolicy, which replaces the whole policy."""
        values = {
            "Id": self.policy_id,
            "Name": self.cleaned_data["Name"],
            "Description": self.cleaned_data["Description"],
            "FolderConfigurations": self.configurations,
        }
        return {name: value for name, value in values.items() if value}

    def _configuration(self, name: str) -> dict[str, Any]:
        action, days = self.cleaned_data[f"action-{name}"], self.cleaned_data[f"days-{name}"]
        period = {"Period": days} if action != "NONE" else {}
        return {"Name": name, "Action": action, **period}

    def _folder_fields(self) -> list[str]:
        return [f"{what}-{name}" for name in list_folder_names() for what in ("action", "days")]


class DeletePolicyForm(ConfirmWriteForm):
    operation = "DeleteRetentionPolicy"
    submit = "Delete the policy"
    question = "Delete the retention policy?"
    is_dangerous = False
    consequences = (
        "Nothing is deleted by itself any more; mailboxes grow until their quota is reached.",
        "What the policy has deleted already does not come back.",
        DELAY_NOTE,
    )

    def __init__(self, *args: Any, policy_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy_id = policy_id

    def params(self) -> dict[str, Any]:
        return {"Id": self.policy_id}

    def success(self) -> str:
        return "The policy is deleted. Allow 48 hours for it."


def _folder_member(name: str) -> Any:
    shape: Any = model.input_members("PutRetentionPolicy")["FolderConfigurations"]
    return shape.member.members[name]


def _action_field(name: str, now: str) -> forms.ChoiceField:
    known = _folder_member("Action").metadata["enum"]
    choices = [(each, ACTION_LABELS.get(each, each)) for each in known]
    return forms.ChoiceField(choices=choices, initial=now, label=f"{folder_label(name)}: what happens")


def _days_field(name: str, now: int | None) -> forms.IntegerField:
    bounds = _folder_member("Period").metadata
    return forms.IntegerField(
        min_value=bounds["min"],
        max_value=bounds["max"],
        required=False,
        initial=now,
        label=f"{folder_label(name)}: after days",
    )
