"""Forms of resources: creation, editing and delegates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from console.areas.entities.forms import EntityField, EntityWriteForm, require_domain
from console.areas.entities.suggestion_views import entity_name
from console.areas.resources import booking_options, capacity
from console.areas.resources.display import TYPE_LABELS
from console.mirror.models import Entity, EntityQuerySet
from console.plurals import number_of
from console.ui.form_fields import build_field, fields_from_model, get_shape
from console.ui.forms import OperationForm, ReasonForm

BOOKING_FIELDS = tuple(f"BookingOptions.{member}" for member in booking_options.OPTION_LABELS)
ACCEPT_FIELD = f"BookingOptions.{booking_options.AUTO_ACCEPT}"
MAX_DESCRIPTION = int(get_shape("UpdateResource", "Description").metadata["max"])
NO_DELEGATE_ERROR = "Nobody answers for it yet: name a delegate first, or let it accept automatically."
RESOURCE_LABELS = {
    "HiddenFromGlobalAddressList": "Hide from the address book",
    **{f"BookingOptions.{member}": label for member, label in booking_options.OPTION_LABELS.items()},
}
RESOURCE_HELP = {
    "Name": "At most 20 letters, digits, dots, hyphens and underscores.",
    "HiddenFromGlobalAddressList": "Nobody finds it when booking; whoever knows the address still can.",
}


class CapacityForm(forms.Form):
    """The description and the capacity, which is a part of the description."""

    Capacity = forms.IntegerField(
        min_value=1,
        max_value=99_999,
        required=False,
        help_text="How many people fit in. Kept in the description, as “Capacity: 12”.",
    )

    def described(self, before: str = "") -> str:
        """Return the description with the capacity, `before` if neither was edited."""
        text, seats = str(self.cleaned_data.get("Description") or ""), self.cleaned_data.get("Capacity")
        return (
            before
            if (text.strip(), seats) == capacity.split_description(before)
            else capacity.join_description(text, seats)
        )

    def require_short(self, description: str) -> None:
        if len(description) > MAX_DESCRIPTION:
            length = number_of(len(description), "character")
            message = f"With the capacity these are {length}; WorkMail takes {MAX_DESCRIPTION}."
            self.add_error("Description", ValidationError(message))


class ResourceForm(OperationForm, CapacityForm, EntityWriteForm):
    """A resource; `described` is the answer of DescribeResource, `delegates` a count."""

    operation = "UpdateResource"
    members = ("Name", "Type", "Description", "HiddenFromGlobalAddressList", *BOOKING_FIELDS)
    labels = RESOURCE_LABELS
    help_texts = RESOURCE_HELP

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        entity: Entity,
        described: Mapping[str, Any],
        delegates: int,
        **kwargs: Any,
    ) -> None:
        text, seats = capacity.split_description(described.get("Description") or "")
        kwargs["initial"] = {"Description": text, "Capacity": seats, **(kwargs.get("initial") or {})}
        super().__init__(data, entity=entity, current=described, subject=entity.entity_id, **kwargs)
        self.read, self.delegates = described, delegates
        self.fields["Name"].required = True
        kind: forms.ChoiceField = self.fields["Type"]  # type: ignore[assignment]  # the model has an enum
        kind.choices, kind.required = list(TYPE_LABELS.items()), True
        self.fields[ACCEPT_FIELD].help_text = booking_options.ANSWER_RULE + (
            "" if delegates else " It has no delegate yet."
        )

    @property
    def booking(self) -> list[BoundField]:
        return [self[each] for each in BOOKING_FIELDS]

    @property
    def title(self) -> str:
        return f"Change {self.entity}"

    def has_changes(self) -> bool:
        return bool(super().params())

    def success(self) -> str:
        return f"{self.params().get('Name', self.entity)} is changed."

    def expected_values(self) -> dict[str, Any]:
        """Return the values that the write is based on, by the names of DescribeResource."""
        names = ("Name", "Type", "Description", "HiddenFromGlobalAddressList", "BookingOptions")
        return {name: self.read.get(name) for name in names}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["Description"] = self.described(str(self.current["Description"] or ""))
        self.require_short(cleaned["Description"])
        if not cleaned.get(ACCEPT_FIELD) and not self.delegates:
            self.add_error(ACCEPT_FIELD, ValidationError(NO_DELEGATE_ERROR))
        return cleaned

    def params(self) -> dict[str, Any]:
        """Return parameters with all booking options: a missing one would be turned off [inferred]."""
        params = super().params()
        if "BookingOptions" in params:
            params["BookingOptions"] = {
                each.partition(".")[2]: bool(self.cleaned_data[each]) for each in BOOKING_FIELDS
            }
        return {"ResourceId": self.entity.entity_id, **params}

    def _compare(self, loaded: dict[str, Any] | None) -> None:
        """Find conflicts; a field that was not edited takes the new value."""
        try:
            super()._compare(loaded)
        finally:
            for each in self.differences:
                if self._typed(each.field, each.loaded) == (each.loaded or ""):
                    self._follow(each.field, each.now)

    def _typed(self, name: str, before: Any) -> Any:
        if name == "Description":
            return self.described(str(before or ""))
        return self.cleaned_data.get(name) or ""

    def _follow(self, name: str, value: Any) -> None:
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # bound to a QueryDict
        values = {name: "on" if value is True else value}
        if name == "Description":
            text, seats = capacity.split_description(str(value or ""))
            values = {name: text, "Capacity": seats}
        for each, shown in values.items():
            data.setlist(each, [str(shown)] if shown else [])
        self.data = data


UNANSWERED_ERROR = "Somebody has to answer: name a delegate, or let it accept requests automatically."
MAX_DELEGATES = 20


class DelegatesField(EntityField):
    """Delegates, one per line; the value is the entities."""

    widget = forms.Textarea

    def __init__(self, *, entities: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(entities=entities, suggest="", **kwargs)
        self.widget.attrs = {"rows": 3, "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> list[Entity]:  # type: ignore[override]  # several where EntityField has one
        lines = dict.fromkeys(line.strip() for line in str(value or "").splitlines() if line.strip())
        if len(lines) > MAX_DELEGATES:
            raise ValidationError(f"At most {MAX_DELEGATES} at once; the others can be added afterwards.")
        delegates = [entity for line in lines if (entity := super(DelegatesField, self).clean(line))]
        return list({entity.pk: entity for entity in delegates}.values())


class CreateResourceForm(OperationForm, CapacityForm, ReasonForm):
    """A new resource; without `domains` for its address it is created disabled."""

    operation = "CreateResource"
    members = ("Name", "Type", "Description", "HiddenFromGlobalAddressList")
    labels = RESOURCE_LABELS
    help_texts = RESOURCE_HELP

    def __init__(self, *args: Any, domains: Sequence[str], delegates: EntityQuerySet, **kwargs: Any) -> None:
        defaults = {
            f"BookingOptions.{member}": value for member, value in booking_options.DEFAULT_OPTIONS.items()
        }
        kwargs["initial"] = {**defaults, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        self.fields["Type"] = forms.ChoiceField(choices=list(TYPE_LABELS.items()))
        if not domains:
            return
        shape = get_shape("RegisterToWorkMail", "Email")
        help_text = f"Empty: name@{domains[0]}."
        self.fields["Email"] = build_field(shape, required=False, label="Address", help_text=help_text)
        self.fields |= fields_from_model("UpdateResource", BOOKING_FIELDS, RESOURCE_LABELS)
        self.fields["delegates"] = DelegatesField(
            entities=delegates, required=False, help_text="People and groups, a name or an address a line."
        )

    @property
    def booking(self) -> list[BoundField]:
        return [self[each] for each in BOOKING_FIELDS] if self.domains else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["Description"] = self.described()
        self.require_short(cleaned["Description"])
        if self.domains:
            require_domain(self, "Email", self.domains)
            if (
                not cleaned.get(ACCEPT_FIELD)
                and not cleaned.get("delegates")
                and "delegates" not in self.errors
            ):
                self.add_error("delegates", ValidationError(UNANSWERED_ERROR))
        return cleaned

    @property
    def address(self) -> str:
        local = str(self.cleaned_data["Name"]).partition("@")[0]
        return str(self.cleaned_data["Email"] or f"{local}@{self.domains[0]}")

    @property
    def options(self) -> dict[str, bool]:
        return {each.partition(".")[2]: bool(self.cleaned_data[each]) for each in BOOKING_FIELDS}


class AddDelegateForm(EntityWriteForm):
    """A user or group that the operator may add as a delegate."""

    operation = "AssociateDelegateToResource"
    submit = "Add the delegate"
    note = "A delegate gets a copy of each request, answers it, and may open and change the calendar."

    def __init__(self, *args: Any, delegates: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(
            entities=delegates, suggest=suggest, label="Delegate", help_text="A person or a group."
        )
        self.order_fields(["other", "reason", "ticket"])

    @property
    def title(self) -> str:
        return f"Another delegate for {self.entity}"

    def params(self) -> dict[str, Any]:
        return {"ResourceId": self.entity.entity_id, "EntityId": self.cleaned_data["other"].entity_id}

    def success(self) -> str:
        return f"{self.cleaned_data['other']} now answers for {self.entity}."


class RemoveDelegateForm(EntityWriteForm):
    """The id of the delegate, who may be missing in the mirror."""

    operation = "DisassociateDelegateFromResource"
    other = forms.CharField(widget=forms.HiddenInput)

    def params(self) -> dict[str, Any]:
        return {"ResourceId": self.entity.entity_id, "EntityId": self.cleaned_data["other"]}

    def success(self) -> str:
        delegate = entity_name(self.cleaned_data["other"], self.entity.organization)
        return f"{delegate} no longer answers for it."
