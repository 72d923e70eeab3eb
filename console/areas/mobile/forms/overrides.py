"""Exceptions for one device of one person, and questions about a device."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.access_rules.models import ProtectedPerson
from console.areas.directory.forms.naming import EntityField
from console.areas.mobile.forms.rule import EFFECTS
from console.mirror.models import Entity, EntityQuerySet
from console.rules.deciding import DENY
from console.rules.mobile import PROPERTIES
from console.ui.forms import OperationForm, ReplacingForm, UntilForm, WhyForm


def living(people: EntityQuerySet) -> EntityQuerySet:
    return people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)


class OverrideForm(ReplacingForm, OperationForm, UntilForm):
    """To keep somebody protected from her mail has to be typed out."""

    operation = "PutMobileDeviceAccessOverride"
    members = ("DeviceId", "Effect", "Description")
    labels = {"DeviceId": "Device ID"}
    help_texts = {"DeviceId": "The AWS console has it: the organization, Users, the person, Mobile devices."}
    typed = forms.CharField(required=False)

    def __init__(
        self, *args: Any, people: EntityQuerySet, suggest: str, may_end: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["Effect"] = forms.ChoiceField(choices=EFFECTS, widget=forms.RadioSelect)
        self.fields["other"] = EntityField(entities=living(people), suggest=suggest, label="Person")
        self.order_fields(
            ["other", "DeviceId", "Effect", "until", "Description", "typed", "reason", "ticket"]
        )
        if not self.is_bound:
            del self.fields["typed"]
        if not may_end:  # its end is a deletion
            del self.fields["until"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        person, expected = cleaned.get("other"), "deny a protected person"
        if person is None or cleaned.get("Effect") != DENY or not _is_protected(person):
            self.fields.pop("typed", None)
            return cleaned
        self.fields["typed"].label = f"Type “{expected}” to confirm"
        if str(cleaned.get("typed") or "").strip() != expected:
            said = f"{person} is protected: her device would get no mail any more. Type {expected} to do it."
            self.add_error("typed", ValidationError(said))
        return cleaned

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        override: Mapping[str, Any] = next(filter(None, values.values()), {})
        effect = dict(EFFECTS).get(override.get("Effect", ""), "")
        return {"Effect": effect, "Description": override.get("Description", "")}

    def asked(self) -> dict[str, Any]:
        person = self.cleaned_data["other"]
        given = {name: self.cleaned_data[name] for name in self.members if self.cleaned_data[name]}
        return {"UserId": person.entity_id, **given}


class RemovalForm(OperationForm, WhyForm):
    operation = "DeleteMobileDeviceAccessOverride"
    members = ("DeviceId",)
    labels = {"DeviceId": "Device ID"}

    @property
    def device(self) -> str:
        return str(self.cleaned_data["DeviceId"])


class TestForm(OperationForm):
    """What a device reports, and whose and which it is, if an override is to count."""

    __test__ = False
    operation = "GetMobileDeviceAccessEffect"
    members = tuple(PROPERTIES.values())

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(
            entities=living(people), suggest=suggest, label="Person", required=False
        )
        self.fields["DeviceId"] = forms.RegexField(
            "^[A-Za-z0-9]{1,32}$",
            label="Device ID",
            required=False,
            help_text="With the person: her override counts.",
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


def _is_protected(person: Entity) -> bool:
    kept = ProtectedPerson.objects.filter(organization=person.organization_id, entity_id=person.entity_id)
    return kept.exists()
