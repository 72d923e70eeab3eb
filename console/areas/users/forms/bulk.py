"""What is asked about many people at once: which fields, which group, where to, and a list of them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from console.areas.exports.models import Destination
from console.areas.exports.selection import MailboxChoice, MailboxChoiceForm
from console.areas.users.bulk.cells import CLEARABLE, HIDDEN, LABELS, MEMBERS, QUOTA, ROLE
from console.areas.users.forms.profile import GIVEN
from console.areas.users.forms.quota import LARGEST
from console.areas.users.showing import ROLES
from console.ui.form_fields import fields_from_model
from console.ui.forms import ReasonForm

LEAVE = ("", "Leave as it is")


class BulkEditForm(ReasonForm):
    """A field that is left empty is left alone; those that are to lose their value are ticked apart."""

    clear = forms.MultipleChoiceField(
        label="Empty these instead",
        required=False,
        choices=[(member, LABELS[member]) for member in CLEARABLE],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, sizes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = fields_from_model("UpdateUser", MEMBERS, LABELS)
        asked[ROLE] = forms.ChoiceField(
            label=LABELS[ROLE], required=False, choices=[LEAVE, *((each, ROLES[each]) for each in GIVEN)]
        )
        asked[HIDDEN] = forms.ChoiceField(
            label=LABELS[HIDDEN], required=False, choices=[LEAVE, ("yes", "yes"), ("no", "no")]
        )
        if sizes:
            asked[QUOTA] = forms.IntegerField(
                label=LABELS[QUOTA], required=False, min_value=1, max_value=LARGEST
            )
        self.asked = tuple(asked)
        self.fields = {**asked, **self.fields}

    @property
    def values(self) -> list[forms.BoundField]:
        return [self[name] for name in self.asked]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in cleaned.get("clear", []):
            if cleaned.get(name):
                self.add_error(name, ValidationError("Either give a value or empty it, not both."))
        if not self.errors and not self.changes():
            raise ValidationError("Fill in at least one field, or tick one to empty.")
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The members and the values that everybody shall have."""
        given = {name: self.cleaned_data.get(name) for name in self.asked}
        found: dict[str, Any] = {name: value for name, value in given.items() if value}
        if HIDDEN in found:
            found[HIDDEN] = found[HIDDEN] == "yes"
        return {**found, **dict.fromkeys(self.cleaned_data.get("clear", []), "")}


class BulkExportForm(MailboxChoiceForm):
    destination = forms.ModelChoiceField(Destination.objects.none(), empty_label=None)
    field_order = ("which", "days", "destination", "reason", "ticket")

    def __init__(self, *args: Any, destinations: QuerySet[Destination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].initial = MailboxChoice.MISSING
        self.fields["destination"].queryset = destinations  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["reason"].required = True
        self.fields["reason"].help_text = "Who asked for it and why. Kept in the ledger and with the export."


class PasteForm(forms.Form):
    people = forms.CharField(
        label="Email addresses, usernames or ids",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text="One per line, or separated by commas or semicolons.",
    )
