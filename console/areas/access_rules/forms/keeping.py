"""What the console itself keeps beside the rules: names of networks, and protected people."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.access_rules.forms.fields import NetworksField
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.directory.forms.naming import EntityField
from console.mirror.querysets import EntityQuerySet


class NetworkForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="As people call it, such as Head office.")
    ranges = NetworksField(
        networks={},
        required=True,
        rows=4,
        help_text="IPv4 ranges as the internet sees them, one a line, such as 203.0.113.0/24.",
    )

    def __init__(self, *args: Any, network: NamedNetwork, **kwargs: Any) -> None:
        self.network = network
        kwargs["initial"] = {"name": network.name, "ranges": network.ranges}
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = NamedNetwork.objects.filter(organization=self.network.organization, name__iexact=name)
        if others.exclude(pk=self.network.pk).exists():
            raise ValidationError("There is a network of this name already.")
        return name

    def save(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Keep it; returns the values of before and after."""
        before = {"name": self.network.name, "ranges": self.network.ranges}
        self.network.name, self.network.ranges = self.cleaned_data["name"], self.cleaned_data["ranges"]
        self.network.save()
        return before, {"name": self.network.name, "ranges": self.network.ranges}


class ProtectedForm(forms.Form):
    """Somebody to protect: `people` are those who may be."""

    note = forms.CharField(max_length=200, required=False, help_text="Why, such as: on call for IT.")

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=people, suggest=suggest, label="Person")
        self.order_fields(["other", "note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        person = cleaned.get("other")
        if (
            person
            and ProtectedPerson.objects.filter(
                organization=person.organization_id, entity_id=person.entity_id
            ).exists()
        ):
            self.add_error("other", ValidationError(f"{person} is protected already."))
        return cleaned
