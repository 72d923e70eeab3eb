"""Templates for new people and presets for leavers, as rows of the organization."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.directory.forms.naming import GroupsField
from console.areas.lifecycle.models import OnboardingTemplate, Preset
from console.areas.lifecycle.offboarding import DELETE, DISABLE, PARTS
from console.mirror.models import EntityQuerySet
from console.web.record_forms import RecordForm

LARGEST = 51_200  # MB [documented]
RULES = [("generated", "Generate a strong one"), ("typed", "Type one")]


class PresetForm(RecordForm):
    action = "ManageTemplates"
    parts = forms.MultipleChoiceField(
        label="Ticked to begin with", choices=list(PARTS.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Preset
        fields = ["name", "parts", "delete_after"]

    def clean_parts(self) -> list[str]:
        parts: list[str] = self.cleaned_data["parts"]
        if DELETE in parts and DISABLE not in parts:
            raise ValidationError("WorkMail deletes only what is disabled: tick that, too.")
        return parts


class TemplateForm(RecordForm):
    action = "ManageTemplates"
    quota = forms.IntegerField(
        label="Quota in MB",
        min_value=1,
        max_value=LARGEST,
        required=False,
        help_text="Empty: WorkMail's own.",
    )
    password = forms.ChoiceField(label="Password", choices=RULES, widget=forms.RadioSelect)

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
        shown = "\n".join(each.email or each.name for each in known)
        self.fields["groups"] = GroupsField(groups=groups, initial=shown)
        self.order_fields(["name", "domain", "groups", "quota", "hidden", "password"])

    def save(self, commit: bool = True) -> Any:
        self.instance.groups = [each.entity_id for each in self.cleaned_data["groups"]]
        return super().save(commit)

    def shown_value(self, name: str, value: Any) -> Any:
        if name != "groups" or not value:
            return value
        return ", ".join(each.email or each.name for each in self.groups.filter(entity_id__in=value))
