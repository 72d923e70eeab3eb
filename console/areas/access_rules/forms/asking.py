"""One question to the rules: who, by which protocol, from which address."""

from ipaddress import AddressValueError, IPv4Address
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.access_rules.forms.rule import PROTOCOLS
from console.areas.directory.forms.naming import EntityField
from console.mirror.models import Entity, EntityQuerySet


class TestForm(forms.Form):
    __test__ = False
    Action = forms.ChoiceField(label="Protocol", choices=PROTOCOLS)
    IpAddress = forms.CharField(
        label="Address",
        max_length=15,
        help_text="IPv4, as the internet sees the person, such as 203.0.113.7.",
    )

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        living = people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
        self.fields["other"] = EntityField(entities=living, suggest=suggest, label="Person")
        self.order_fields(["other", "Action", "IpAddress"])

    def clean_IpAddress(self) -> str:  # noqa: N802 - Django's name for the check of a field that is called as AWS calls it
        text = str(self.cleaned_data["IpAddress"]).strip()
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise ValidationError("An IPv4 address has four numbers, such as 203.0.113.7.") from None

    def question(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {"person": cleaned["other"], "action": cleaned["Action"], "address": cleaned["IpAddress"]}
