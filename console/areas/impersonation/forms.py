"""A role with its rules, asked for so that nobody lets a program into every mailbox by mistake."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from console.areas.directory.forms.naming import EntityField, get_named
from console.areas.impersonation.roles import TYPES, Role
from console.aws import model
from console.mirror.models import EntityQuerySet
from console.rules.deciding import ALLOW, DENY
from console.ui.forms import CHANGED, STALE, OperationForm, ReasonedForm, Snapshot, WhyForm
from console.ui.shapes import field_of

_RULES: Any = model.input_members("UpdateImpersonationRole")["Rules"]
_RULE = _RULES.member.members
MOST_RULES = int(_RULES.metadata["max"])
MOST_PEOPLE = int(_RULE["TargetUsers"].metadata["max"])
BLANK = 2  # rules more than there are
EFFECTS = (("", "No rule"), (ALLOW, "Allow"), (DENY, "Deny"))


class PeopleField(forms.CharField):
    """People, one a line, by address, username, name or id; the value is their ids."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"})

    def __init__(self, *, people: EntityQuerySet, kept: Iterable[str], **kwargs: Any) -> None:
        super().__init__(required=False, help_text=f"One a line, at most {MOST_PEOPLE}.", **kwargs)
        self.people, self.kept = people, set(kept)

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines()]
        ids = list(dict.fromkeys(self._found(line) for line in lines if line))
        if len(ids) > MOST_PEOPLE:
            raise ValidationError(f"At most {MOST_PEOPLE}; these are {len(ids)}. Take a second rule.")
        return ids

    def _found(self, text: str) -> str:
        """Whoever a rule names already may stay, whether or not the console knows who that is."""
        if text in self.kept:
            return text
        return get_named(self.people, text).entity_id


class RuleForm(forms.Form):
    """One rule of at most ten; without an effect there is none."""

    rule_id = forms.CharField(required=False, widget=forms.HiddenInput)
    Effect = forms.ChoiceField(choices=EFFECTS, required=False)
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
            self.fields[name] = field_of(_RULE[name], required=False, label=label, help_text="")
        for name, label in (
            ("TargetUsers", "These people"),
            ("NotTargetUsers", "Everybody but these people"),
        ):
            self.fields[name] = PeopleField(people=people, kept=rule.get(name) or [], label=label)
        self.order_fields(
            ["rule_id", "Effect", "everybody", "TargetUsers", "NotTargetUsers", "Name", "Description"]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        said = [cleaned.get(name) for name in ("everybody", "TargetUsers", "NotTargetUsers")]
        if not cleaned.get("Effect"):
            if any((*said, cleaned.get("Name"), cleaned.get("Description"))) and not cleaned.get("rule_id"):
                self.add_error("Effect", "Say whether the rule allows or denies.")
        elif cleaned.get("everybody") and any(said[1:]):
            self.add_error("everybody", "Either everybody, or those that are named below.")
        elif not any(said) and not self.errors:
            self.add_error("everybody", "Tick this if the rule is for everybody, or name people.")
        return cleaned

    def rule(self) -> dict[str, Any] | None:
        """As WorkMail takes it; `None` if there is to be none."""
        cleaned = self.cleaned_data
        if not cleaned.get("Effect"):
            return None
        made = {"ImpersonationRuleId": cleaned["rule_id"] or str(uuid.uuid4()), "Effect": cleaned["Effect"]}
        given = {name: cleaned[name] for name in ("Name", "Description", "TargetUsers", "NotTargetUsers")}
        return {**made, **{name: value for name, value in given.items() if value}}

    def _initial(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        people = {name: rule.get(name) or [] for name in ("TargetUsers", "NotTargetUsers")}
        return {
            **{name: rule.get(name, "") for name in ("Effect", "Name", "Description")},
            **{name: "\n".join(self.names.get(each, each) for each in ids) for name, ids in people.items()},
            "rule_id": rule.get("ImpersonationRuleId", ""),
            "everybody": bool(rule) and not any(people.values()),
        }


class RoleForm(OperationForm, WhyForm):
    """A new role, or one as it is now; `written` is how people whom it names are written in the form."""

    operation = "UpdateImpersonationRole"
    members = ("Name", "Type", "Description")
    help_texts = {"Description": "What program uses the role, and who answers for it."}

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        people: EntityQuerySet,
        role: Role | None = None,
        written: Mapping[str, str] | None = None,
    ) -> None:
        self.role = role
        values = role.values if role else {"Type": "READ_ONLY"}
        super().__init__(data, current=values)
        self.loaded = Snapshot(f"ImpersonationRole:{role.id}") if role else None
        kind: forms.ChoiceField = self.fields["Type"]  # type: ignore[assignment]  # the model has an enum
        kind.choices = list(TYPES.items())
        rules = list(role.rules if role else [])
        count = min(MOST_RULES, max(len(rules) + BLANK, self._posted(data)))
        self.rules = [
            RuleForm(
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
                raise ValidationError(STALE)
            if loaded != self.role.values:
                raise ValidationError(CHANGED)
        return cleaned

    def values(self) -> dict[str, Any]:
        """All of the role, which WorkMail replaces; it takes a description or none, never an empty one."""
        rules = [made for each in self.rules if (made := each.rule())]
        cleaned = self.cleaned_data
        return {
            "Name": cleaned["Name"],
            "Type": cleaned["Type"],
            "Description": cleaned["Description"] or None,
            "Rules": rules,
        }

    @staticmethod
    def _posted(data: QueryDict | None) -> int:
        """How many rules the form had when it was sent."""
        return sum(f"rule{number}-Effect" in (data or {}) for number in range(MOST_RULES))


class PersonForm(forms.Form):
    """Whom a question is about."""

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=people, suggest=suggest, label="Person")


class AssumeForm(ReasonedForm):
    """Why somebody wants to act as others; its number is spent, so that a reload gives no second token."""
