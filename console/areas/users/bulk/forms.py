"""Forms of bulk actions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from console.areas.exports.models import Destination
from console.areas.exports.selection import MailboxChoice, MailboxChoiceForm
from console.areas.users.display import ROLE_LABELS
from console.areas.users.forms import ASSIGNABLE_ROLES, MAX_QUOTA_MB
from console.areas.users.user_fields import (
    CLEARABLE_FIELDS,
    EDITABLE_MEMBERS,
    FIELD_LABELS,
    HIDDEN,
    QUOTA,
    ROLE,
)
from console.ui.form_fields import fields_from_model
from console.ui.forms import ReasonForm

NO_CHANGE_CHOICE = ("", "Leave as it is")


class BulkEditForm(ReasonForm):
    """New values for all users; empty fields are not changed, fields in `clear` are emptied."""

    clear = forms.MultipleChoiceField(
        label="Empty these instead",
        required=False,
        choices=[(member, FIELD_LABELS[member]) for member in CLEARABLE_FIELDS],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, sizes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = fields_from_model("UpdateUser", EDITABLE_MEMBERS, FIELD_LABELS)
        asked[ROLE] = forms.ChoiceField(
            label=FIELD_LABELS[ROLE],
            required=False,
            choices=[NO_CHANGE_CHOICE, *((each, ROLE_LABELS[each]) for each in ASSIGNABLE_ROLES)],
        )
        asked[HIDDEN] = forms.ChoiceField(
            label=FIELD_LABELS[HIDDEN],
            required=False,
            choices=[NO_CHANGE_CHOICE, ("yes", "yes"), ("no", "no")],
        )
        if sizes:
            asked[QUOTA] = forms.IntegerField(
                label=FIELD_LABELS[QUOTA], required=False, min_value=1, max_value=MAX_QUOTA_MB
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


class UserListForm(forms.Form):
    people = forms.CharField(
        label="Email addresses, usernames or ids",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text="One per line, or separated by commas or semicolons.",
    )
