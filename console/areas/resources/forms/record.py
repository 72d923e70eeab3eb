"""The record of a room and what it does with requests, as somebody mends it while others may be at it too."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from console.areas.resources import booking, capacity
from console.areas.resources.showing import TYPES
from console.plurals import number_of
from console.ui.form_fields import get_shape
from console.ui.forms import OperationForm, ReasonForm

BOOKING = tuple(f"BookingOptions.{member}" for member in booking.LABELS)
ACCEPT = f"BookingOptions.{booking.ACCEPT}"
LONGEST = int(get_shape("UpdateResource", "Description").metadata["max"])
FIRST = "Nobody answers for it yet: name a delegate first, or let it accept automatically."
LABELS = {
    "HiddenFromGlobalAddressList": "Hide from the address book",
    **{f"BookingOptions.{member}": label for member, label in booking.LABELS.items()},
}
HELP = {
    "Name": "At most 20 letters, digits, dots, hyphens and underscores.",
    "HiddenFromGlobalAddressList": "Nobody finds it when booking; whoever knows the address still can.",
}


class CapacityForm(forms.Form):
    """The description in two fields: its words, and how many people fit in."""

    Capacity = forms.IntegerField(
        min_value=1,
        max_value=99_999,
        required=False,
        help_text="How many people fit in. Kept in the description, as “Capacity: 12”.",
    )

    def described(self, before: str = "") -> str:
        """The description of both; as it stood if neither was touched."""
        text, seats = str(self.cleaned_data.get("Description") or ""), self.cleaned_data.get("Capacity")
        return before if (text.strip(), seats) == capacity.split(before) else capacity.joined(text, seats)

    def require_short(self, description: str) -> None:
        if len(description) > LONGEST:
            length = number_of(len(description), "character")
            said = f"With the capacity these are {length}; WorkMail takes {LONGEST}."
            self.add_error("Description", ValidationError(said))


class RecordForm(OperationForm, CapacityForm, ReasonForm):
    """`described` is what DescribeResource shows now, `delegates` how many answer, `subject` the id."""

    operation = "UpdateResource"
    members = ("Name", "Type", "Description", "HiddenFromGlobalAddressList", *BOOKING)
    labels = LABELS
    help_texts = HELP

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        described: Mapping[str, Any],
        delegates: int,
        subject: str,
        **kwargs: Any,
    ) -> None:
        text, seats = capacity.split(described.get("Description") or "")
        kwargs["initial"] = {"Description": text, "Capacity": seats, **(kwargs.get("initial") or {})}
        super().__init__(data, current=described, subject=subject, **kwargs)
        self.read, self.delegates = described, delegates
        self.fields["Name"].required = True
        kind: forms.ChoiceField = self.fields["Type"]  # type: ignore[assignment]  # the model has an enum
        kind.choices, kind.required = list(TYPES.items()), True
        self.fields[ACCEPT].help_text = booking.RULE + ("" if delegates else " It has no delegate yet.")

    @property
    def booking(self) -> list[BoundField]:
        return [self[each] for each in BOOKING]

    @property
    def expected(self) -> dict[str, Any]:
        """What the write is based on, as the read shows it."""
        names = ("Name", "Type", "Description", "HiddenFromGlobalAddressList", "BookingOptions")
        return {name: self.read.get(name) for name in names}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["Description"] = self.described(str(self.current["Description"] or ""))
        self.require_short(cleaned["Description"])
        if not cleaned.get(ACCEPT) and not self.delegates:
            self.add_error(ACCEPT, ValidationError(FIRST))
        return cleaned

    def params(self) -> dict[str, Any]:
        """Booking options go together: one that is left out would be switched off [inferred]."""
        params = super().params()
        if "BookingOptions" in params:
            params["BookingOptions"] = {
                each.partition(".")[2]: bool(self.cleaned_data[each]) for each in BOOKING
            }
        return params

    def _compare(self, loaded: dict[str, Any] | None) -> None:
        """What she left alone follows the others, so that saving again overwrites only what she means to."""
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
            text, seats = capacity.split(str(value or ""))
            values = {name: text, "Capacity": seats}
        for each, shown in values.items():
            data.setlist(each, [str(shown)] if shown else [])
        self.data = data
