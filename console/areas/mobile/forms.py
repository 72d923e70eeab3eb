"""Forms of mobile device rules and overrides."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from console.areas.access_rules.models import ProtectedPerson
from console.areas.entities.forms import EntityField, EntityWriteForm
from console.areas.mobile.override_expiry import build_expiry_step
from console.areas.mobile.wording import PROPERTY_LABELS
from console.aws import model
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, EntityQuerySet
from console.rules.evaluation import ALLOW, DENY
from console.rules.mobile import PROPERTIES
from console.ui.form_fields import LinesField, problem_sentence
from console.ui.forms import ExpiryForm, OperationForm, ReplaceForm
from console.ui.markup import format_utc
from console.web.operation_forms import WriteForm
from console.web.rule_review import EFFECT_DELAY

EFFECT_CHOICES = [("DENY", "Deny"), ("ALLOW", "Allow")]
EXAMPLES = {
    "DeviceTypes": "iPhone, iPad, Android, WindowsMail",
    "DeviceModels": "iPhone15C2, SM-G991B",
    "DeviceOperatingSystems": "iOS 17, Android 14",
    "DeviceUserAgents": "Apple-iPhone15C2/, Outlook-iOS-Android/",
}
CONDITION_MEMBERS = tuple(f"{prefix}{name}" for name in PROPERTY_LABELS for prefix in ("", "Not"))


class PrefixesField(LinesField):
    """Prefixes of what a device reports, one a line, validated by the model of the member."""

    def __init__(self, *, member: str, **kwargs: Any) -> None:
        super().__init__(rows=2, **kwargs)
        self.shape = model.input_members("CreateMobileDeviceAccessRule")[member]

    def clean(self, value: Any) -> list[str]:
        found: list[str] = super().clean(value)
        if found and (problems := list(model.find_problems(self.shape, found))):
            raise ValidationError([problem_sentence(each) for each in problems])
        return found


class MobileRuleForm(OperationForm):
    """A new mobile device rule, or `rule` as WorkMail has it."""

    operation = "CreateMobileDeviceAccessRule"
    members = ("Name", "Effect", "Description")

    def __init__(self, *args: Any, rule: Mapping[str, Any] | None, **kwargs: Any) -> None:
        self.rule = rule or {}
        initial = {name: self.rule.get(name) or [] for name in CONDITION_MEMBERS}
        initial |= {} if rule else {"Effect": "DENY"}
        super().__init__(*args, current=self.rule, initial=initial, **kwargs)
        self.fields["Effect"] = forms.ChoiceField(choices=EFFECT_CHOICES, widget=forms.RadioSelect)
        for name, word in PROPERTY_LABELS.items():
            self.fields[name] = PrefixesField(
                member=name, label=f"{word.capitalize()} begins with", help_text=f"Such as {EXAMPLES[name]}."
            )
            self.fields[f"Not{name}"] = PrefixesField(member=f"Not{name}", label="… and does not begin with")

    @property
    def conditions(self) -> list[tuple[Any, Any]]:
        return [(self[name], self[f"Not{name}"]) for name in PROPERTY_LABELS]

    def asked(self) -> dict[str, Any]:
        """Return the rule as the operation takes it: WorkMail refuses empty lists and descriptions."""
        return {
            name: self.cleaned_data[name]
            for name in (*self.members, *CONDITION_MEMBERS)
            if self.cleaned_data[name]
        }


def active_users(people: EntityQuerySet) -> EntityQuerySet:
    return people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)


class OverrideForm(ReplaceForm, OperationForm, ExpiryForm, WriteForm):
    """An override; denying a protected user's device must be confirmed by typing a phrase."""

    operation = "PutMobileDeviceAccessOverride"
    members = ("DeviceId", "Effect", "Description")
    labels = {"DeviceId": "Device ID"}
    help_texts = {"DeviceId": "The AWS console has it: the organization, Users, the person, Mobile devices."}
    typed = forms.CharField(required=False)

    def __init__(
        self, *args: Any, people: EntityQuerySet, suggest: str, may_end: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["Effect"] = forms.ChoiceField(choices=EFFECT_CHOICES, widget=forms.RadioSelect)
        self.fields["other"] = EntityField(entities=active_users(people), suggest=suggest, label="Person")
        self.order_fields(
            ["other", "DeviceId", "Effect", "until", "Description", "typed", "reason", "ticket"]
        )
        if not self.is_bound:
            del self.fields["typed"]
        if not may_end:  # its end is a deletion
            del self.fields["until"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        user, expected = cleaned.get("other"), "deny a protected person"
        if user is None or cleaned.get("Effect") != DENY or not _is_protected(user):
            self.fields.pop("typed", None)
            return cleaned
        self.fields["typed"].label = f"Type “{expected}” to confirm"
        if str(cleaned.get("typed") or "").strip() != expected:
            self.add_error(
                "typed",
                f"{user} is protected: their device would get no mail any more. Type {expected} to do it.",
            )
        return cleaned

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        override: Mapping[str, Any] = next(filter(None, values.values()), {})
        effect = dict(EFFECT_CHOICES).get(override.get("Effect", ""), "")
        return {"Effect": effect, "Description": override.get("Description", "")}

    @property
    def title(self) -> str:
        if not hasattr(self, "cleaned_data"):
            return "Override for a device"
        verb = "Allow" if self.cleaned_data["Effect"] == ALLOW else "Deny"
        return f"{verb} device {self.cleaned_data['DeviceId']} of {self.cleaned_data['other']}"

    def params(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.members if self.cleaned_data[name]}
        return {"UserId": self.cleaned_data["other"].entity_id, **values}

    def success(self) -> str:
        until = self.cleaned_data.get("until")
        end = f", and ends at {format_utc(until)}" if until else ""
        return f"The override is in effect by {format_utc(timezone.now() + EFFECT_DELAY)}{end}."

    def end_step(self) -> PlannedStep:
        return build_expiry_step(self.cleaned_data["other"], self.cleaned_data["DeviceId"])


class OverrideRemovalForm(OperationForm, EntityWriteForm):
    operation = "DeleteMobileDeviceAccessOverride"
    submit = "Remove"
    note = "From then on the rules decide about this device, as about all others."
    members = ("DeviceId",)
    labels = {"DeviceId": "Device ID"}

    @property
    def title(self) -> str:
        return f"Remove an override of {self.entity}"

    @property
    def device(self) -> str:
        return str(self.cleaned_data["DeviceId"])

    def params(self) -> dict[str, Any]:
        return {"UserId": self.entity.entity_id, "DeviceId": self.device}

    def success(self) -> str:
        return f"The rules decide about device {self.device} again."

    def end_step(self) -> PlannedStep:
        return build_expiry_step(self.entity, self.device)


class DeviceTestForm(OperationForm):
    """What a device reports, and optionally its user and id, to include an override."""

    __test__ = False
    operation = "GetMobileDeviceAccessEffect"
    members = tuple(PROPERTIES.values())

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(
            entities=active_users(people), suggest=suggest, label="Person", required=False
        )
        self.fields["DeviceId"] = forms.RegexField(
            "^[A-Za-z0-9]{1,32}$",
            label="Device ID",
            required=False,
            help_text="With the user: their override counts.",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("other")) != bool(cleaned.get("DeviceId")) and not self.errors:
            self.add_error(
                "DeviceId", ValidationError("An override is of a person and a device: name both, or neither.")
            )
        return cleaned

    def device(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.members if self.cleaned_data[name]}


def _is_protected(user: Entity) -> bool:
    protected_users = ProtectedPerson.objects.filter(
        organization=user.organization_id, entity_id=user.entity_id
    )
    return protected_users.exists()
