"""Forms for offboarding, presets and onboarding templates."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from console.areas.entities.forms import EntityField, GroupsField
from console.areas.exports.models import Destination
from console.areas.lifecycle.models import OnboardingTemplate, Preset
from console.areas.lifecycle.offboard_plan import DELETE, DISABLE, EXPORT, OFFBOARD_PARTS, SUCCESSOR_PARTS
from console.mirror.models import EntityQuerySet
from console.ui.forms import ReasonForm
from console.web.record_forms import RecordForm

MAX_DELETE_DAYS = 365


class OffboardForm(ReasonForm):
    """The parts to perform, from the `offered` ones; `destinations` are those for an export."""

    what = forms.MultipleChoiceField(label="What is done", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="Delete after days",
        min_value=1,
        max_value=MAX_DELETE_DAYS,
        required=False,
        initial=30,
        help_text="WorkMail keeps a disabled mailbox for 30 days; the person stays until deleted.",
    )

    def __init__(
        self,
        *args: Any,
        offered: Sequence[str],
        successors: EntityQuerySet,
        suggest: str,
        destinations: QuerySet[Destination],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        parts = [each for each in offered if each != EXPORT or destinations.exists()]
        self.fields["what"].choices = [(each, OFFBOARD_PARTS[each]) for each in parts]  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["other"] = EntityField(
            entities=successors, suggest=suggest, label="Successor", required=False
        )
        if EXPORT in parts:
            self.fields["destination"] = forms.ModelChoiceField(
                destinations, label="Export to", required=False, empty_label=None
            )
        if DELETE not in parts:
            del self.fields["days"]
        self.order_fields(["what", "other", "destination", "days", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parts = cleaned.get("what", [])
        if (
            any(each in parts for each in SUCCESSOR_PARTS)
            and not cleaned.get("other")
            and "other" not in self.errors
        ):
            self.add_error("other", ValidationError("Name the successor, or untick what goes to her."))
        if DELETE in parts and DISABLE not in parts:
            self.add_error("what", ValidationError("WorkMail deletes only what is disabled: tick that, too."))
        if DELETE in parts and not cleaned.get("days") and "days" not in self.errors:
            self.add_error("days", ValidationError("After how many days?"))
        if EXPORT in parts and not cleaned.get("destination"):
            self.add_error("destination", ValidationError("Choose where the export goes."))
        return cleaned


MAX_QUOTA_MB = 51_200  # MB [documented]
PASSWORD_CHOICES = [("generated", "Generate a strong one"), ("typed", "Type one")]


class PresetForm(RecordForm):
    action = "ManageTemplates"
    parts = forms.MultipleChoiceField(
        label="Ticked to begin with",
        choices=list(OFFBOARD_PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Preset
        fields = ["name", "parts", "delete_after"]

    def clean_parts(self) -> list[str]:
        parts: list[str] = self.cleaned_data["parts"]
        if DELETE in parts and DISABLE not in parts:
            raise ValidationError("WorkMail deletes only what is disabled: tick that, too.")
        return parts


class OnboardingTemplateForm(RecordForm):
    action = "ManageTemplates"
    quota = forms.IntegerField(
        label="Quota in MB",
        min_value=1,
        max_value=MAX_QUOTA_MB,
        required=False,
        help_text="Empty: WorkMail's own.",
    )
    password = forms.ChoiceField(label="Password", choices=PASSWORD_CHOICES, widget=forms.RadioSelect)

    class Meta:
        model = OnboardingTemplate
        fields = ["name", "domain", "quota", "hidden", "password"]
        labels = {"hidden": "Hide from the address book"}

    def __init__(self, *args: Any, domains: list[str], groups: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "The default domain"), *((each, each) for each in domains)]
        self.fields["domain"] = forms.ChoiceField(choices=choices, required=False)
        self.groups = groups
        known = groups.filter(entity_id__in=self.instance.groups)
        group_names = "\n".join(each.email or each.name for each in known)
        self.fields["groups"] = GroupsField(groups=groups, initial=group_names)
        self.order_fields(["name", "domain", "groups", "quota", "hidden", "password"])

    def save(self, commit: bool = True) -> Any:
        self.instance.groups = [each.entity_id for each in self.cleaned_data["groups"]]
        return super().save(commit)

    def shown_value(self, name: str, value: Any) -> Any:
        if name != "groups" or not value:
            return value
        return ", ".join(each.email or each.name for each in self.groups.filter(entity_id__in=value))
