"""A new group: its name, at once an address if it is to have one, and who is in it from the start."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.directory.forms.addresses import require_domain
from console.areas.groups.forms.members import PasteField
from console.mirror.models import EntityQuerySet, Organization
from console.ui.form_fields import build_field, get_shape
from console.ui.forms import OperationForm, ReasonForm

DISABLED = "Only an enabled group can have members: enable it now, or add them later."


class CreateForm(OperationForm, ReasonForm):
    """`domains` are those of addresses that may be given; without any, enabling is not offered."""

    operation = "CreateGroup"
    members = ("Name", "HiddenFromGlobalAddressList")
    labels = {"Name": "Name", "HiddenFromGlobalAddressList": "Hide from the address book"}
    help_texts = {"Name": "Cannot be changed later."}

    enable = forms.BooleanField(
        label="Enable now", required=False, initial=True, help_text="Mail to its address reaches all members."
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        domains: Sequence[str],
        entities: EntityQuerySet,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        if domains:
            help_text = f"Empty: name@{domains[0]}."
            shape = get_shape("RegisterToWorkMail", "Email")
            self.fields["Email"] = build_field(shape, required=False, label="Address", help_text=help_text)
            self.fields["people"] = PasteField(
                organization=organization, entities=entities, label="Members", required=False
            )
        else:
            del self.fields["enable"]
        self.order_fields([*self.members, "enable", "Email", "people", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.domains:
            return cleaned
        require_domain(self, "Email", self.domains)
        resolved = cleaned.get("people")
        if resolved and resolved.unknown:
            self.add_error("people", ValidationError(resolved.unknown))
        elif resolved and resolved.entities and not cleaned.get("enable"):
            self.add_error("people", ValidationError(DISABLED))
        return cleaned

    @property
    def address(self) -> str:
        """The address to enable the group with, "" if it is to stay disabled."""
        if not self.cleaned_data.get("enable"):
            return ""
        local = str(self.cleaned_data["Name"]).partition("@")[0].replace(" ", "-").lower()
        return str(self.cleaned_data["Email"] or f"{local}@{self.domains[0]}")
