"""A new room or piece of equipment: what it is, its address, what it does with requests, who answers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from console.areas.directory.forms.addresses import require_domain
from console.areas.directory.forms.naming import EntityField
from console.areas.resources import booking
from console.areas.resources.forms.record import ACCEPT, BOOKING, HELP, LABELS, CapacityForm
from console.areas.resources.showing import TYPES
from console.mirror.models import Entity, EntityQuerySet
from console.ui.form_fields import build_field, fields_from_model, get_shape
from console.ui.forms import OperationForm, ReasonForm

UNANSWERED = "Somebody has to answer: name a delegate, or let it accept requests automatically."
MOST = 20


class DelegatesField(EntityField):
    """Several of them, one a line; the value is the entities."""

    widget = forms.Textarea

    def __init__(self, *, entities: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(entities=entities, suggest="", **kwargs)
        self.widget.attrs = {"rows": 3, "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> list[Entity]:  # type: ignore[override]  # several where EntityField has one
        lines = dict.fromkeys(line.strip() for line in str(value or "").splitlines() if line.strip())
        if len(lines) > MOST:
            raise ValidationError(f"At most {MOST} at once; the others can be added afterwards.")
        found = [entity for line in lines if (entity := super(DelegatesField, self).clean(line))]
        return list({entity.pk: entity for entity in found}.values())


class CreateForm(OperationForm, CapacityForm, ReasonForm):
    """`domains` are those on which it may get an address; without any, it is made and no more."""

    operation = "CreateResource"
    members = ("Name", "Type", "Description", "HiddenFromGlobalAddressList")
    labels = LABELS
    help_texts = HELP

    def __init__(self, *args: Any, domains: Sequence[str], delegates: EntityQuerySet, **kwargs: Any) -> None:
        defaults = {f"BookingOptions.{member}": value for member, value in booking.DEFAULTS.items()}
        kwargs["initial"] = {**defaults, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        self.fields["Type"] = forms.ChoiceField(choices=list(TYPES.items()))
        if not domains:
            return
        shape = get_shape("RegisterToWorkMail", "Email")
        help_text = f"Empty: name@{domains[0]}."
        self.fields["Email"] = build_field(shape, required=False, label="Address", help_text=help_text)
        self.fields |= fields_from_model("UpdateResource", BOOKING, LABELS)
        self.fields["delegates"] = DelegatesField(
            entities=delegates, required=False, help_text="People and groups, a name or an address a line."
        )

    @property
    def booking(self) -> list[BoundField]:
        return [self[each] for each in BOOKING] if self.domains else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["Description"] = self.described()
        self.require_short(cleaned["Description"])
        if self.domains:
            require_domain(self, "Email", self.domains)
            if not cleaned.get(ACCEPT) and not cleaned.get("delegates") and "delegates" not in self.errors:
                self.add_error("delegates", ValidationError(UNANSWERED))
        return cleaned

    @property
    def address(self) -> str:
        local = str(self.cleaned_data["Name"]).partition("@")[0]
        return str(self.cleaned_data["Email"] or f"{local}@{self.domains[0]}")

    @property
    def options(self) -> dict[str, bool]:
        return {each.partition(".")[2]: bool(self.cleaned_data[each]) for each in BOOKING}
