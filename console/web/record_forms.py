"""Forms for the console's own rows, with conflict detection and audit entries."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms import model_to_dict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.constraints import as_validation_error
from console.ledger import journal
from console.ledger.models import Entry
from console.ui.forms import CHANGED_MESSAGE, STALE_MESSAGE, ConfirmForm, Difference, Snapshot, find_conflicts

if TYPE_CHECKING:  # generic to the type checker only
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm

GONE = "This was deleted by another operator. Nothing was saved."


def row_values(row: models.Model) -> dict[str, Any]:
    """Return the editable values of a row."""
    return model_to_dict(row, exclude=["id", "organization"])


class RecordForm(ModelForm):
    """A form for one row of an organization, saved with its audit entry.

    The form carries the values that it showed. Saving locks the row and compares: after another operator's
    change it shows the differences, and the next attempt saves what was typed.
    """

    action: ClassVar[str] = ""  # as the audit log names it; without one there is no entry
    new_title: ClassVar[str] = ""  # the heading above a new row
    submit: ClassVar[str] = ""
    note: ClassVar[str] = ""
    unique_field: ClassVar[str] = "name"
    taken: ClassVar[str] = "This name is in use. Enter another name."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        self.current = {} if self.is_new else row_values(self.instance)
        self.snapshot = Snapshot(f"{self.instance._meta.label}:{self.instance.pk}")
        self.differences: list[Difference] = []

    @property
    def title(self) -> str:
        """The page's heading: the name that the row had when the form was shown."""
        return self.new_title if self.is_new else str(self.current.get("name") or self.instance)

    def success(self) -> str:
        """Return the message that is shown when the row is saved."""
        return f"{self.instance} is saved."

    def loaded_field(self) -> SafeString | str:
        """Return the hidden field with the values that the form showed."""
        return "" if self.is_new else self.snapshot.field(self.current)

    def save_recorded(self, actor: Actor) -> bool:
        """Save the row and its audit entry; return false if the form has errors."""
        try:
            with as_validation_error(self.instance):
                if not self.is_new:
                    self._compare()
                self.save()
                if self.action:
                    self._record(actor)
        except ValidationError as error:
            is_unseen = getattr(error, "code", "") == "unseen"
            self.add_error(None if is_unseen else self.unique_field, error if is_unseen else self.taken)
            return False
        return True

    def shown_value(self, name: str, value: Any) -> Any:
        """Return a value as the list of differences shows it."""
        return value

    def audit_fields(self) -> dict[str, str]:
        """Return extra columns for the audit entry."""
        return {}

    def _compare(self) -> None:
        """Lock the row; raise `ValidationError` if it has changed since the form was shown."""
        loaded = self.snapshot.read(self.data.get(Snapshot.name, ""))
        row = type(self.instance)._default_manager.select_for_update().filter(pk=self.instance.pk).first()
        if row is None:
            raise ValidationError(GONE, code="unseen")
        self.current = row_values(row)
        if loaded is None:
            raise ValidationError(STALE_MESSAGE, code="unseen")
        self.differences = [
            Difference(
                name, str(self[name].label), self.shown_value(name, before), self.shown_value(name, now)
            )
            for name, before, now in find_conflicts(loaded, self.current)
            if name in self.fields
        ]
        if self.differences:
            raise ValidationError(CHANGED_MESSAGE, code="unseen")

    def _record(self, actor: Actor) -> None:
        after = row_values(self.instance)
        record_change(actor, self.action, self.instance, self.current, after, **self.audit_fields())


class RecordDeletionForm(ConfirmForm):
    """A confirmation that deletes one row, with its audit entry; its `consequences` are whole sentences."""

    action: ClassVar[str]
    submit: ClassVar[str] = "Delete"
    consequences: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    @property
    def title(self) -> str:
        """The question that is confirmed."""
        return f"Delete {self.row}?"

    def success(self) -> str:
        """Return the message that is shown when the row is deleted."""
        return f"{self.row} is deleted."

    def delete_recorded(self, actor: Actor) -> None:
        why: dict[str, Any] = self.why()
        delete_record(actor, self.action, self.row, **why)


def record_change(
    actor: Actor, action: str, row: Any, before: Mapping[str, Any], after: Mapping[str, Any], **fields: Any
) -> None:
    """Record a change of a row in the audit log; `row` has an organization."""
    journal.record_entry(
        actor,
        Entry.Kind.CHANGED,
        organization=row.organization.organization_id,
        operation=action,
        **{"target_name": str(row), "before": before, "after": after, **fields},
    )


def delete_record(
    actor: Actor, action: str, row: Any, before: Mapping[str, Any] | None = None, **fields: Any
) -> None:
    """Delete a row with its audit entry; do nothing if it is already deleted."""
    values = row_values(row) if before is None else before
    with transaction.atomic():
        count, _ = type(row)._default_manager.filter(pk=row.pk).delete()
        if count:
            record_change(actor, action, row, values, {}, **fields)
