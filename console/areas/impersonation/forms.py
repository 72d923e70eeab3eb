"""Forms of impersonation roles."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from console.areas.entities.forms import EntityField, match_entity
from console.areas.impersonation.roles import TYPE_LABELS, ImpersonationRole
from console.aws import model
from console.mirror.models import EntityQuerySet
from console.rules.evaluation import ALLOW, DENY
from console.ui.form_fields import build_field
from console.ui.forms import (
    CHANGED_MESSAGE,
    STALE_MESSAGE,
    OperationForm,
    RequiredReasonForm,
    Snapshot,
)
from console.web.operation_forms import ConfirmWriteForm, WriteForm

_RULES_SHAPE: Any = model.input_members("UpdateImpersonationRole")["Rules"]
_RULE_MEMBERS = _RULES_SHAPE.member.members
MAX_RULES = int(_RULES_SHAPE.metadata["max"])
MAX_USERS = int(_RULE_MEMBERS["TargetUsers"].metadata["max"])
BLANK_RULES = 2  # rules more than there are
EFFECT_CHOICES = (("", "No rule"), (ALLOW, "Allow"), (DENY, "Deny"))


class UsersField(forms.CharField):
    """Users, one a line, by email address, username, name or id; the value is their ids."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"})

    def __init__(self, *, people: EntityQuerySet, kept: Iterable[str], **kwargs: Any) -> None:
        super().__init__(required=False, help_text=f"One a line, at most {MAX_USERS}.", **kwargs)
        self.people, self.kept = people, set(kept)

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines()]
        ids = list(dict.fromkeys(self._find_id(line) for line in lines if line))
        if len(ids) > MAX_USERS:
            raise ValidationError(f"At most {MAX_USERS}; these are {len(ids)}. Take a second rule.")
        return ids

    def _find_id(self, text: str) -> str:
        """Return the user's id; an id that the rule has already may stay, even if it is unknown."""
        if text in self.kept:
            return text
        return match_entity(self.people, text).entity_id


class ImpersonationRuleForm(forms.Form):
    """One rule of at most ten; a form without an effect is no rule."""

    rule_id = forms.CharField(required=False, widget=forms.HiddenInput)
    Effect = forms.ChoiceField(choices=EFFECT_CHOICES, required=False)
    everybody = forms.BooleanField(required=False, label="Everybody, also who comes later")

    def __init__(
        self,
        data: QueryDict | None,
        *,
        prefix: str,
        rule: Mapping[str, Any],
        people: EntityQuerySet,
        names: Mapping[str, str],
    ) -> None:
        self.names = names
        super().__init__(data, prefix=prefix, initial=self._initial(rule))
        for name, label in (("Name", "Name of the rule"), ("Description", "Description")):
            self.fields[name] = build_field(_RULE_MEMBERS[name], required=False, label=label, help_text="")
        for name, label in (
            ("TargetUsers", "These people"),
            ("NotTargetUsers", "Everybody but these people"),
        ):
            self.fields[name] = UsersField(people=people, kept=rule.get(name) or [], label=label)
        self.order_fields(
            ["rule_id", "Effect", "everybody", "TargetUsers", "NotTargetUsers", "Name", "Description"]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        targets = [cleaned.get(name) for name in ("everybody", "TargetUsers", "NotTargetUsers")]
        if not cleaned.get("Effect"):
            if any((*targets, cleaned.get("Name"), cleaned.get("Description"))) and not cleaned.get(
                "rule_id"
            ):
                self.add_error("Effect", "Say whether the rule allows or denies.")
        elif cleaned.get("everybody") and any(targets[1:]):
            self.add_error("everybody", "Either everybody, or those that are named below.")
        elif not any(targets) and not self.errors:
            self.add_error("everybody", "Tick this if the rule is for everybody, or name people.")
        return cleaned

    def rule(self) -> dict[str, Any] | None:
        """Return the rule as WorkMail takes it, or `None` if the form is empty."""
        cleaned = self.cleaned_data
        if not cleaned.get("Effect"):
            return None
        identity = {
            "ImpersonationRuleId": cleaned["rule_id"] or str(uuid.uuid4()),
            "Effect": cleaned["Effect"],
        }
        members = {name: cleaned[name] for name in ("Name", "Description", "TargetUsers", "NotTargetUsers")}
        return {**identity, **{name: value for name, value in members.items() if value}}

    def _initial(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        people = {name: rule.get(name) or [] for name in ("TargetUsers", "NotTargetUsers")}
        return {
            **{name: rule.get(name, "") for name in ("Effect", "Name", "Description")},
            **{name: "\n".join(self.names.get(each, each) for each in ids) for name, ids in people.items()},
            "rule_id": rule.get("ImpersonationRuleId", ""),
            "everybody": bool(rule) and not any(people.values()),
        }


class ImpersonationRoleForm(OperationForm, WriteForm):
    """The role with its rules; `written` has the email addresses of the users that it names."""

    operation = "UpdateImpersonationRole"
    members = ("Name", "Type", "Description")
    help_texts = {"Description": "What program uses the role, and who answers for it."}

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        people: EntityQuerySet,
        role: ImpersonationRole | None = None,
        written: Mapping[str, str] | None = None,
    ) -> None:
        self.role = role
        values = role.values if role else {"Type": "READ_ONLY"}
        super().__init__(data, current=values)
        self.loaded = Snapshot(f"ImpersonationRole:{role.id}") if role else None
        kind: forms.ChoiceField = self.fields["Type"]  # type: ignore[assignment]  # the model has an enum
        kind.choices = list(TYPE_LABELS.items())
        rules = list(role.rules if role else [])
        count = min(MAX_RULES, max(len(rules) + BLANK_RULES, self._posted(data)))
        self.rules = [
            ImpersonationRuleForm(
                data,
                prefix=f"rule{number}",
                rule=rules[number] if number < len(rules) else {},
                people=people,
                names=written or {},
            )
            for number in range(count)
        ]

    def loaded_field(self) -> Any:
        return self.loaded.field(self.role.values) if self.loaded and self.role else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if [each for each in self.rules if not each.is_valid()]:
            raise ValidationError("One of the rules is not complete; see below.")
        if self.loaded and self.role:
            loaded = self.loaded.read(self.data.get(Snapshot.name, ""))
            if loaded is None:
                raise ValidationError(STALE_MESSAGE)
            if loaded != self.role.values:
                raise ValidationError(CHANGED_MESSAGE)
        return cleaned

    def params(self) -> dict[str, Any]:
        """Return the whole role, which WorkMail replaces; an empty description is left out."""
        values = {
            "Name": self.cleaned_data["Name"],
            "Type": self.cleaned_data["Type"],
            "Description": self.cleaned_data["Description"] or None,
            "Rules": [rule for each in self.rules if (rule := each.rule())],
        }
        return {**values, "ImpersonationRoleId": self.role.id} if self.role else values

    def success(self) -> str:
        return f"The role {self.cleaned_data['Name']} is saved."

    def expected_values(self) -> Mapping[str, Any] | None:
        values = self.role.values if self.role else {}
        return {name: value for name, value in values.items() if name != "Description"} or None

    @staticmethod
    def _posted(data: QueryDict | None) -> int:
        """Return the number of rules in the submitted form."""
        return sum(f"rule{number}-Effect" in (data or {}) for number in range(MAX_RULES))


class NewRoleForm(ImpersonationRoleForm):
    operation = "CreateImpersonationRole"

    def success(self) -> str:
        return f"The role {self.cleaned_data['Name']} is there."


class RoleDeletionForm(ConfirmWriteForm):
    operation = "DeleteImpersonationRole"
    submit = "Delete the role"
    consequences = (
        "Programs that use it cannot get a token any more. Whether tokens that were given before go on"
        " working until they expire is not known.",
        "Access control rules that name it go on naming it; look at them, too.",
    )

    def __init__(self, *args: Any, role: ImpersonationRole, **kwargs: Any) -> None:
        super().__init__(*args, expected=role.name, **kwargs)
        self.role = role

    @property
    def title(self) -> str:
        return f"Delete the role {self.role.name}"

    def params(self) -> dict[str, Any]:
        return {"ImpersonationRoleId": self.role.id}

    def success(self) -> str:
        return f"The role {self.role.name} is deleted."


class UserForm(forms.Form):
    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=people, suggest=suggest, label="Person")


class IssueTokenForm(RequiredReasonForm):
    """The reason for a token; a submitted form cannot be sent again, so a reload issues no second token."""
